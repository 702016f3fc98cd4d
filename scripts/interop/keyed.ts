import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { run } from '../lib/process.ts'
import type { Scene } from '../quickstart/acts.ts'
import { cosign, obtain } from './peers.ts'
import type { Comparison, Verdict } from './suite.ts'

/** What two programs made of two keys. */
export interface KeyedEvidence {
  /** A bundle that `attestation push` signed with a key of cosign, and the public half. */
  readonly bundle: string
  readonly publicKey: string
  readonly artifact: string
  readonly folder: string
  /** As an operator; asks no server. */
  readonly chainloop: Scene['operator']
}

const workflow = ['--workflow', 'build', '--project', 'quickstart']
const PREDICATE_TYPE = 'chainloop.dev/attestation/v0.2'

/** Both programs read it; it has to be there before the commands of the story are made. */
export function setPassword(): void {
  process.env['COSIGN_PASSWORD'] = 'interop'
}

/** A run whose attestation a key of cosign signs, after the operator has registered it. Undefined without cosign. */
export async function makeKeyedEvidence(scene: Scene): Promise<KeyedEvidence | undefined> {
  const { operator, job, folder, materials } = scene
  const peer = await obtain(cosign)
  if ('reason' in peer) return undefined
  const made = await run(peer.program, ['generate-key-pair'], { cwd: folder })
  if (made.code !== 0) throw new Error(`cosign generate-key-pair: ${made.output}`)
  const [key, publicKey] = [join(folder, 'cosign.key'), join(folder, 'cosign.pub')]
  const signer = ['organization', 'signer', 'add', '--name', 'cosign', '--public-key', publicKey]
  await operator([...signer, '--project', 'quickstart'])

  await job(['attestation', 'init', ...workflow])
  for (const [name, value] of Object.entries(materials)) {
    await job(['attestation', 'add', '--name', name, '--value', value])
  }
  const bundle = join(folder, 'keyed.json')
  await job(['attestation', 'push', '--key', key, '--bundle', bundle])
  return { bundle, publicKey, artifact: materials.cli, folder, chainloop: operator }
}

export function keyedSuite(evidence: KeyedEvidence | undefined): readonly Comparison[] {
  const title = (what: string): string => `${cosign.name} ${cosign.version}: ${what}`
  const withEvidence =
    (perform: (evidence: KeyedEvidence, program: string) => Promise<Verdict>) =>
    async (): Promise<Verdict> => {
      const peer = await obtain(cosign)
      if ('reason' in peer) return { outcome: 'not run', why: peer.reason }
      if (!evidence) return { outcome: 'not run', why: 'there is no bundle that its key signed' }
      return perform(evidence, peer.program)
    }
  return [
    {
      title: title('our bundle that its key signed verifies with the public half'),
      run: withEvidence((given, program) => verifyTheirs(program, given, given.publicKey)),
    },
    {
      title: title('it does not with another key'),
      run: withEvidence(async (given, program) => {
        const { publicKey } = await ourKey(given)
        return inverted(await verifyTheirs(program, given, publicKey))
      }),
    },
    {
      title: title('a bundle that it signs with our key verifies here, and no changed copy does'),
      run: withEvidence(verifyOurs),
    },
  ]
}

async function verifyTheirs(
  program: string,
  { bundle, artifact }: KeyedEvidence,
  publicKey: string,
): Promise<Verdict> {
  const args = ['verify-blob-attestation', '--bundle', bundle, '--key', publicKey]
  const { code, output } = await run(program, [
    ...args,
    '--type',
    PREDICATE_TYPE,
    '--insecure-ignore-tlog',
    artifact,
  ])
  return code === 0 ? { outcome: 'passed' } : { outcome: 'failed', why: output.trim() }
}

function inverted(verdict: Verdict): Verdict {
  return verdict.outcome === 'passed'
    ? { outcome: 'failed', why: 'it verified' }
    : { outcome: 'passed' }
}

async function ourKey({ chainloop, folder }: KeyedEvidence) {
  const prefix = join(folder, `ours-${Date.now()}`)
  await chainloop(['signing', 'generate-key', '--output-prefix', prefix])
  return { key: `${prefix}.key`, publicKey: `${prefix}.pub` }
}

async function verifyOurs(given: KeyedEvidence, program: string): Promise<Verdict> {
  const { chainloop, folder, artifact } = given
  const { key, publicKey } = await ourKey(given)
  const [predicate, bundle] = [join(folder, 'predicate.json'), join(folder, 'theirs.json')]
  await writeFile(predicate, '{}')
  const how = ['--tlog-upload=false', '--use-signing-config=false', '--yes']
  const signed = await run(program, [
    'attest-blob',
    '--key',
    key,
    '--type',
    PREDICATE_TYPE,
    '--predicate',
    predicate,
    '--bundle',
    bundle,
    ...how,
    artifact,
  ])
  if (signed.code !== 0) return { outcome: 'failed', why: signed.output.trim() }
  const verify = ['attestation', 'verify', '--key', publicKey, '--artifact', artifact]
  await chainloop([...verify, '--bundle', bundle])
  await chainloop([...verify, '--bundle', await changed(bundle, folder)], 1)
  return { outcome: 'passed' }
}

async function changed(bundle: string, folder: string): Promise<string> {
  const json: { dsseEnvelope: { payload: string } } = JSON.parse(await readFile(bundle, 'utf8'))
  const payload = Buffer.from(json.dsseEnvelope.payload, 'base64').toString()
  json.dsseEnvelope.payload = Buffer.from(payload.replace('{}', '{"a":1}')).toString('base64')
  const copy = join(folder, 'theirs-changed.json')
  await writeFile(copy, JSON.stringify(json))
  return copy
}
