import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { run } from '../lib/process.ts'
import { tamperedCopy } from '../quickstart/files.ts'
import type { Evidence } from './evidence.ts'
import { cosign, obtain, type Peer, slsaVerifier } from './peers.ts'
import type { Comparison, Verdict } from './suite.ts'

/** Provenance and verification summaries, each beside a copy that was tampered with; nothing of cosign's is switched off. */
export function provenanceSuite(evidence: Evidence): readonly Comparison[] {
  return [...cosignComparisons(evidence), ...slsaVerifierComparisons(evidence)]
}

function cosignComparisons({ made, folder }: Evidence): Comparison[] {
  const kinds = [
    { what: 'provenance', bundle: made.provenance, type: 'slsaprovenance1' },
    {
      what: 'verification summary',
      bundle: made.summary,
      type: 'https://slsa.dev/verification_summary/v1',
    },
  ]
  return kinds.flatMap(({ what, bundle, type }) => {
    const verify = (path: string, identity = made.verifier): Promise<Answer> =>
      ask(cosign, [
        'verify-blob-attestation',
        ['--bundle', path, '--type', type],
        ['--trusted-root', made.trustedRoot, '--use-signed-timestamps'],
        ['--certificate-identity', identity, '--certificate-oidc-issuer-regexp', '.*'],
        made.artifact,
      ])
    return [
      comparison(cosign, `our ${what} verifies`, { wanted: 0, perform: () => verify(bundle) }),
      comparison(cosign, `a ${what} with one byte changed does not`, {
        wanted: 'not 0',
        perform: async () => verify(await tamperedCopy(bundle, folder)),
      }),
      comparison(cosign, `a ${what} without its log proof does not`, {
        wanted: 'not 0',
        perform: async () => verify(await withoutProof(bundle, folder)),
      }),
      comparison(cosign, `a ${what} of another verifier does not`, {
        wanted: 'not 0',
        perform: () => verify(bundle, `${made.verifier}/other`),
      }),
    ]
  })
}

function slsaVerifierComparisons({ made, folder }: Evidence): Comparison[] {
  const verify = (
    path: string,
    {
      level = 'SLSA_BUILD_LEVEL_1',
      digest = made.digest,
    }: { readonly level?: string; readonly digest?: string } = {},
  ): Promise<Answer> =>
    ask(slsaVerifier, [
      'verify-vsa',
      ['--subject-digest', `sha256:${digest}`, '--attestation-path', path],
      ['--verifier-id', made.verifier, '--resource-uri', made.resourceUri],
      ['--verified-level', level, '--public-key-path', made.key],
    ])
  return [
    comparison(slsaVerifier, 'our plain summary verifies', {
      wanted: 0,
      perform: () => verify(made.envelope),
    }),
    comparison(slsaVerifier, 'one with a level changed does not', {
      wanted: 'not 0',
      perform: async () => verify(await tamperedEnvelope(made.envelope, folder)),
    }),
    comparison(slsaVerifier, 'it does not for another artifact', {
      wanted: 'not 0',
      perform: () => verify(made.envelope, { digest: '0'.repeat(64) }),
    }),
    comparison(slsaVerifier, 'it does not for a higher level', {
      wanted: 'not 0',
      perform: () => verify(made.envelope, { level: 'SLSA_BUILD_LEVEL_3' }),
    }),
  ]
}

type Answer = { readonly code: number; readonly output: string } | { readonly reason: string }

async function ask(peer: Peer, args: readonly (string | readonly string[])[]): Promise<Answer> {
  const found = await obtain(peer)
  return 'reason' in found ? found : run(found.program, args.flat())
}

interface Expectation {
  readonly wanted: 0 | 'not 0'
  readonly perform: () => Promise<Answer>
}

function comparison(
  { name, version }: Peer,
  what: string,
  { wanted, perform }: Expectation,
): Comparison {
  return {
    title: `${name} ${version}: ${what}`,
    run: async () => verdictOn(await perform(), wanted),
  }
}

function verdictOn(answer: Answer, wanted: 0 | 'not 0'): Verdict {
  if ('reason' in answer) return { outcome: 'not run', why: answer.reason }
  const asWanted = (answer.code === 0) === (wanted === 0)
  return asWanted ? { outcome: 'passed' } : { outcome: 'failed', why: answer.output.trim() }
}

async function withoutProof(bundle: string, folder: string): Promise<string> {
  const json: { verificationMaterial: { tlogEntries?: unknown } } = JSON.parse(
    await readFile(bundle, 'utf8'),
  )
  delete json.verificationMaterial.tlogEntries
  const copy = join(folder, 'unlogged.json')
  await writeFile(copy, JSON.stringify(json))
  return copy
}

async function tamperedEnvelope(path: string, folder: string): Promise<string> {
  const json: { payload: string } = JSON.parse(await readFile(path, 'utf8'))
  const payload = Buffer.from(json.payload, 'base64').toString()
  json.payload = Buffer.from(payload.replace('LEVEL_1', 'LEVEL_3')).toString('base64')
  const copy = join(folder, 'tampered.dsse.json')
  await writeFile(copy, JSON.stringify(json))
  return copy
}
