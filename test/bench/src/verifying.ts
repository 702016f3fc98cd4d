import { generateKeyPairSync, sign, verify } from 'node:crypto'

import { parseStatement } from '@chainloop/attestation/predicate/parse-statement'
import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { verifyBundle } from '@chainloop/attestation/verify/verify-bundle'
import { aboutRun, openRun, signStatement, store } from '@chainloop/e2e/world/modified-client'
import { fetchTrustedRoot } from '@chainloop/sdk/verify/trusted-root'

import type { Row } from './row.ts'
import { type Measured, withWorld } from './worlds.ts'

const attestations = 60
const warmUp = 20

/** What of Store's time is verifying: signature, chain, timestamp, and the statement's shape. One at a time. */
export function measureVerifying(): Promise<readonly Row[]> {
  return withWorld({}, async (measured) => {
    const stored = await storeOneByOne(measured)
    const root = await fetchTrustedRoot(measured.declared.job.client, 'attestations')
    const trust = parseTrustRoot(root)
    const verifyOnce = (): void => {
      parseStatement(verifyBundle({ bundle: stored.bundle, trust }).payload)
    }
    const verifying = p50(attestations, verifyOnce)
    return [
      {
        what: 'verifying one attestation, p50',
        measured: { value: verifying, unit: 'ms' },
        baseline: 'one P-256 signature',
        reference: { value: oneSignature(), unit: 'ms' },
        better: 'lower',
        note: `at most 5 ms are wanted; ${cpuTime(verifyOnce).toFixed(1)} ms of one core; Store takes ${stored.p50.toFixed(0)} ms in all, one at a time`,
      },
    ]
  })
}

async function storeOneByOne({
  declared,
  honest,
}: Measured): Promise<{ readonly p50: number; readonly bundle: Uint8Array }> {
  const durations: number[] = []
  let bundle: Uint8Array = new Uint8Array()
  for (let at = 0; at < attestations; at += 1) {
    const run = await openRun(declared.job, declared)
    bundle = await signStatement(run, aboutRun(honest.statement, run))
    const began = performance.now()
    await store(run, bundle)
    durations.push(performance.now() - began)
  }
  return { p50: median(durations), bundle }
}

function oneSignature(): number {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const text = Buffer.from('the same for all')
  const signature = sign('sha256', text, privateKey)
  return p50(attestations, () => {
    verify('sha256', text, publicKey, signature)
  })
}

/** Milliseconds of the processor, whatever else the machine does. */
function cpuTime(work: () => void): number {
  const before = process.cpuUsage()
  for (let at = 0; at < attestations; at += 1) work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / attestations
}

function p50(count: number, work: () => void): number {
  for (let at = 0; at < warmUp; at += 1) work()
  return median(
    Array.from({ length: count }, () => {
      const began = performance.now()
      work()
      return performance.now() - began
    }),
  )
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
