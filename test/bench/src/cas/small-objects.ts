import type { Blob } from '@chainloop/sdk/cas/upload'

import type { Row } from '../row.ts'
import { fsyncsPerSecond } from './baselines.ts'
import { startCas } from './cas-under-test.ts'
import { generatedBlob, secondsOf } from './generated-blob.ts'
import { uploadOverGrpc } from './transfers.ts'

const COUNT = 10_000
const BYTES = 4096
const AT_ONCE = 64
const HITS = 2000

/** Many small uploads at once, and uploads of what the project has already. */
export async function measureSmallObjects(): Promise<readonly Row[]> {
  await using cas = await startCas()
  const blobs = await Promise.all(
    Array.from({ length: COUNT }, (_, at) => generatedBlob(`small ${at}`, BYTES)),
  )
  const before = await fsyncsPerSecond(cas.folder, 1000)
  const seconds = await secondsOf(() => inParallel(blobs, (blob) => uploadOverGrpc(cas, blob)))
  const reference = Math.max(before, await fsyncsPerSecond(cas.folder, 1000))
  const hit = await hits(blobs, async (blob) => {
    const token = await cas.controlPlane.token({ digest: blob.digest, possessed: true })
    return () => cas.client.byteStream(token).write(announcement(blob))
  })
  return [
    {
      what: 'CAS objects of 4 KiB (≥ 0.5)',
      measured: { value: COUNT / seconds, unit: '/s' },
      baseline: 'one fsync after the other',
      reference: { value: reference, unit: '/s' },
      better: 'higher',
      note: `${COUNT} objects, ${AT_ONCE} at once, each with a transfer token and a receipt`,
    },
    {
      what: 'CAS dedupe hit, p50, 64 in flight (≤ 5 ms)',
      measured: { value: hit.p50, unit: 'ms' },
      baseline: 'one alone',
      reference: { value: hit.alone, unit: 'ms' },
      better: 'lower',
      note: `p99 ${hit.p99.toFixed(1)} ms; client, control plane and CAS on the same cores`,
    },
  ]
}

type Call = () => Promise<unknown>

/** Milliseconds from the call to its answer; tokens are made beforehand. */
async function hits(
  blobs: readonly Blob[],
  prepare: (blob: Blob) => Promise<Call>,
): Promise<{ p50: number; p99: number; alone: number }> {
  const calls = await Promise.all(blobs.slice(0, HITS).map(prepare))
  const alone: number[] = []
  for (const call of calls.slice(0, 100)) alone.push((await secondsOf(call)) * 1000)
  const taken: number[] = []
  await inParallel(calls, async (call) => void taken.push((await secondsOf(call)) * 1000))
  return { p50: quantile(taken, 0.5), p99: quantile(taken, 0.99), alone: quantile(alone, 0.5) }
}

async function* announcement({ digest, size }: Blob) {
  const hex = digest.slice('sha256:'.length)
  const uuid = '0b1f6a8e-6f3c-4f0e-9a57-3a1c1b1d2e3f'
  yield { resourceName: `uploads/${uuid}/blobs/${hex}/${size}/x`, finishWrite: false }
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(q * values.length) - 1] ?? 0
}

async function inParallel<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const rest = items.values()
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
