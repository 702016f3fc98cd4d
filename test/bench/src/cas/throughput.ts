import { join } from 'node:path'

import type { Row } from '../row.ts'
import { copyWithDd, hashFile, startPlainServer } from './baselines.ts'
import { startCas } from './cas-under-test.ts'
import { generatedBlob, MIB, secondsOf, writeBlob } from './generated-blob.ts'
import { download, downloadOverGrpc, upload, uploadOverGrpc } from './transfers.ts'

const SIZE = 1024 * MIB
const ROUNDS = 3

type Figures = Readonly<
  Record<
    | 'upload'
    | 'download'
    | 'grpcUpload'
    | 'grpcDownload'
    | 'hash'
    | 'dd'
    | 'plainDownload'
    | 'plainUpload'
    | 'plainGrpcDownload',
    number
  >
>

/** One transfer at a time; each figure is the best of three, as noise only adds. */
export async function measureThroughput(): Promise<readonly Row[]> {
  await using cas = await startCas()
  const rounds: Figures[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const blob = await generatedBlob(`http ${round}`, SIZE)
    const other = await generatedBlob(`grpc ${round}`, SIZE)
    const file = await writeBlob(join(cas.folder, 'blob'), blob)
    await using plain = await startPlainServer(file, cas.folder)
    rounds.push({
      hash: await secondsOf(() => hashFile(file)),
      dd: await secondsOf(() => copyWithDd(file, cas.folder)),
      upload: await secondsOf(() => upload(cas, blob)),
      plainDownload: await secondsOf(() => plain.downloadFile(SIZE)),
      download: await secondsOf(() => download(cas, blob)),
      plainUpload: await secondsOf(() => plain.grpcUpload(other)),
      grpcUpload: await secondsOf(() => uploadOverGrpc(cas, other)),
      plainGrpcDownload: await secondsOf(() => plain.grpcDownload(SIZE)),
      grpcDownload: await secondsOf(() => downloadOverGrpc(cas, other)),
    })
  }
  const best = (figure: keyof Figures): number => Math.min(...rounds.map((round) => round[figure]))
  return rowsOf(best)
}

function rowsOf(best: (figure: keyof Figures) => number): readonly Row[] {
  const row = (what: string, taken: number, [baseline, reference]: [string, number]): Row => ({
    what,
    measured: speed(taken),
    baseline,
    reference: speed(reference),
    better: 'higher',
  })
  const slower: [string, number] =
    best('dd') > best('hash')
      ? ['dd with fsync', best('dd')]
      : ['SHA-256 on one core', best('hash')]
  const plain = (figure: keyof Figures): [string, number] => [
    "connect-node's defaults",
    best(figure),
  ]
  return [
    row('CAS upload, 1 GiB (≥ 0.7)', best('upload'), slower),
    row('CAS download, 1 GiB (≥ 0.5)', best('download'), [
      'a file through Node',
      best('plainDownload'),
    ]),
    row('CAS upload over gRPC, 1 GiB (≥ 3)', best('grpcUpload'), plain('plainUpload')),
    row('CAS download over gRPC, 1 GiB (≥ 3)', best('grpcDownload'), plain('plainGrpcDownload')),
  ]
}

function speed(seconds: number): Row['measured'] {
  return { value: SIZE / MIB / seconds, unit: 'MiB/s' }
}
