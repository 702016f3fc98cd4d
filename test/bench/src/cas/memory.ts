import type { Row } from '../row.ts'
import { type CasUnderTest, startCas } from './cas-under-test.ts'
import { generatedBlob, MIB } from './generated-blob.ts'
import { download, upload, uploadOverGrpc } from './transfers.ts'

const AT_ONCE = 8

/** The most that the CAS ever has resident, with eight transfers of one size at once. */
export async function measureMemory(): Promise<readonly Row[]> {
  const small = await peakOf(10 * MIB, upload, download)
  const large = await peakOf(1024 * MIB, upload, download)
  const grpc = await peakOf(1024 * MIB, uploadOverGrpc)
  const row = (what: string, measured: number): Row => ({
    what,
    measured: { value: measured / MIB, unit: 'MiB' },
    baseline: 'HTTP, 8 × 10 MiB',
    reference: { value: small / MIB, unit: 'MiB' },
    better: 'lower',
  })
  return [
    row('CAS peak memory, HTTP, 8 × 1 GiB up and down (≤ 200 MB)', large),
    row('CAS peak memory, gRPC, 8 × 1 GiB up', grpc),
  ]
}

type Transfer = (
  cas: CasUnderTest,
  blob: Awaited<ReturnType<typeof generatedBlob>>,
) => Promise<void>

async function peakOf(size: number, ...transfers: readonly Transfer[]): Promise<number> {
  await using cas = await startCas()
  const blobs = await Promise.all(
    Array.from({ length: AT_ONCE }, (_, at) => generatedBlob(`${at}`, size)),
  )
  for (const transfer of transfers) await Promise.all(blobs.map((blob) => transfer(cas, blob)))
  return cas.process.peakResidentBytes()
}
