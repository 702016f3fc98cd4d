import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { run } from '../lib/process.ts'
import { tamperedCopy } from '../quickstart/files.ts'
import type { Evidence } from './evidence.ts'
import { cosign, obtain } from './peers.ts'
import type { Comparison, Verdict } from './suite.ts'

/**
 * `cosign verify-blob-attestation` with our exported trust root and nothing else of ours; nothing of its own is switched
 * off.
 */
export function cosignSuite(evidence: Evidence): readonly Comparison[] {
  const { bundle, exported, folder } = evidence
  return [
    comparison('our exported bundle verifies', async () =>
      expectCode(0, await verify(evidence, exported)),
    ),
    comparison('the bundle as it was received, without the proof of the log, does not', async () =>
      expectCode('not 0', await verify(evidence, bundle)),
    ),
    comparison('it does not for the run of somebody else', async () =>
      expectCode(
        'not 0',
        await verify({ ...evidence, identity: `${evidence.identity}0` }, exported),
      ),
    ),
    comparison('a copy with one byte changed does not', async () =>
      expectCode('not 0', await verify(evidence, await tamperedCopy(exported, folder))),
    ),
    comparison('a copy without its timestamp does not', async () =>
      expectCode('not 0', await verify(evidence, await withoutTimestamp(exported, folder))),
    ),
  ]
}

function comparison(what: string, perform: () => Promise<Verdict>): Comparison {
  return { title: `${cosign.name} ${cosign.version}: ${what}`, run: perform }
}

type Answer = { readonly code: number; readonly output: string } | { readonly reason: string }

async function verify(
  { trustedRoot, artifact, identity }: Evidence,
  bundle: string,
): Promise<Answer> {
  const peer = await obtain(cosign)
  if ('reason' in peer) return peer
  return run(peer.program, [
    'verify-blob-attestation',
    '--bundle',
    bundle,
    '--trusted-root',
    trustedRoot,
    '--type',
    'chainloop.dev/attestation/v0.2',
    '--certificate-identity',
    identity,
    '--certificate-oidc-issuer-regexp',
    '.*',
    '--use-signed-timestamps',
    artifact,
  ])
}

function expectCode(wanted: 0 | 'not 0', answer: Answer): Verdict {
  if ('reason' in answer) return { outcome: 'not run', why: answer.reason }
  const asWanted = (answer.code === 0) === (wanted === 0)
  return asWanted ? { outcome: 'passed' } : { outcome: 'failed', why: answer.output.trim() }
}

async function withoutTimestamp(bundle: string, folder: string): Promise<string> {
  const json: { verificationMaterial: { timestampVerificationData?: unknown } } = JSON.parse(
    await readFile(bundle, 'utf8'),
  )
  delete json.verificationMaterial.timestampVerificationData
  const copy = join(folder, 'unstamped.json')
  await writeFile(copy, JSON.stringify(json))
  return copy
}
