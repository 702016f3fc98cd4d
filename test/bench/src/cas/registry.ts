import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'

import type { Row } from '../row.ts'
import { startCas } from './cas-under-test.ts'
import { generatedBlob, MIB, secondsOf, writeBlob } from './generated-blob.ts'
import { upload } from './transfers.ts'

const SIZE = 512 * MIB
const ROUNDS = 3

/** Through the CAS into a registry, beside what curl takes to push as much into the same one. */
export async function measureRegistry(): Promise<readonly Row[]> {
  const registry = process.env['TEST_REGISTRY_URL']
  if (registry === undefined) {
    process.stderr.write('no row of the OCI registry: TEST_REGISTRY_URL is not set\n')
    return []
  }
  await using cas = await startCas({ CHAINLOOP_EGRESS_ALLOW: new URL(registry).host })
  cas.controlPlane.secret = {}
  const place = { provider: 'OCI', location: `${registry}/bench-${randomUUID()}` }
  const through: number[] = []
  const direct: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const pushed = await generatedBlob(`curl ${round} ${place.location}`, SIZE)
    const file = await writeBlob(join(cas.folder, 'pushed'), pushed)
    direct.push(await secondsOf(() => pushWithCurl(registry, file, pushed.digest)))
    const blob = await generatedBlob(`registry ${round} ${place.location}`, SIZE)
    through.push(await secondsOf(() => upload(cas, blob, place)))
  }
  const speed = (seconds: readonly number[]): Row['measured'] => ({
    value: SIZE / MIB / Math.min(...seconds),
    unit: 'MiB/s',
  })
  return [
    {
      what: 'CAS upload to an OCI registry, 512 MiB (≥ 0.8)',
      measured: speed(through),
      baseline: 'the same with curl',
      reference: speed(direct),
      better: 'higher',
    },
  ]
}

/** In one request (distribution spec, "POST then PUT"). */
async function pushWithCurl(registry: string, file: string, digest: string): Promise<void> {
  const uploads = `${registry}/v2/bench-curl/blobs/uploads/`
  const begun = await fetch(uploads, { method: 'POST' })
  const to = new URL(begun.headers.get('location') ?? '', uploads)
  to.searchParams.set('digest', digest)
  const type = 'Content-Type: application/octet-stream'
  const args = ['--silent', '--show-error', '--fail', '-H', type, '-T', file, to.href]
  const curl = spawn('curl', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = await once(curl, 'exit')
  if (code !== 0) throw new Error(`curl ended with ${code}`)
}
