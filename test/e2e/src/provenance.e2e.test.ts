import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'

import { attest, type Attested, statementOf } from './world/attest.ts'
import { runChainloop } from './world/chainloop.ts'
import { repository, temporaryFolder } from './world/folder.ts'
import { digestOf } from './world/materials.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const stack = new AsyncDisposableStack()
let world: World
let declared: DeclaredWorkflow
let folder: string
let attested: Attested
let artifact: string
let verifier: string
/** Provenance and summary by name, as a third party keeps them. */
const bundles: Record<string, Buffer> = {}

const file = (name: string): string => join(folder, name)
const json = async (...args: readonly string[]) =>
  JSON.parse(await world.operator.chainloop([...args, '--output', 'json']))

beforeAll(async () => {
  folder = stack.use(await temporaryFolder()).path
  world = stack.use(await startWorld())
  declared = await declareWorkflow(world)
  attested = await attest(declared, folder)
  artifact = digestOf(await readFile(attested.materials['binary'] ?? ''))
  const verified = await json('verify', '--digest', artifact)
  verifier = verified.verifier
  const vsa = ['--bundle', file('vsa.json'), '--envelope', file('vsa.dsse.json')]
  await world.operator.chainloop(['attestation', 'vsa', '--digest', artifact, ...vsa])
  const provenance = ['--digest', artifact, '--bundle', file('provenance.json')]
  await world.operator.chainloop(['attestation', 'provenance', ...provenance])
  for (const name of ['provenance', 'vsa']) bundles[name] = await readFile(file(`${name}.json`))
  for (const purpose of ['attestations', 'provenance']) {
    const wanted = ['signing', 'trusted-root', '--with-log', '--for', purpose]
    const root = await world.operator.chainloop(wanted)
    await writeFile(file(`${purpose}.root.json`), root)
  }
})

afterAll(() => stack.disposeAsync())

/** Nothing of ours takes part but the files; at the library's own thresholds. */
async function verify(bundle: unknown, purpose = 'provenance'): Promise<void> {
  const root: unknown = JSON.parse(await readFile(file(`${purpose}.root.json`), 'utf8'))
  const trust = toTrustMaterial(TrustedRoot.fromJSON(root))
  new Verifier(trust).verify(toSignedEntity(bundleFromJSON(bundle)))
}

test.each(['provenance', 'vsa'])('the %s verifies with @sigstore/verify alone', async (name) => {
  const bundle: unknown = JSON.parse(String(bundles[name]))

  await expect(verify(bundle)).resolves.toBeUndefined()
  await expect(verify(bundle, 'attestations')).rejects.toThrow(/.+/)
})

test.each(['provenance', 'vsa'])(
  'a copy of the %s with one byte changed does not',
  async (name) => {
    const bundle = JSON.parse(String(bundles[name]))
    const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64')
    payload[20] = (payload[20] ?? 0) ^ 1
    bundle.dsseEnvelope.payload = payload.toString('base64')

    await expect(verify(bundle)).rejects.toThrow(/.+/)
  },
)

test('provenance and summary are about the artifact, and both carry the proof of the log', () => {
  const hex = artifact.replace('sha256:', '')
  for (const bundle of Object.values(bundles)) {
    expect(statementOf(bundle).subject).toMatchObject([{ digest: { sha256: hex } }])
    const { verificationMaterial } = JSON.parse(bundle.toString())
    expect(verificationMaterial.tlogEntries).toHaveLength(1)
  }
  expect(statementOf(bundles['vsa'] ?? Buffer.alloc(0))['predicate']).toMatchObject({
    verificationResult: 'PASSED',
    verifiedLevels: ['SLSA_BUILD_LEVEL_1'],
  })
})

test('the run shows its provenance', async () => {
  const run = await json('workflow', 'run', 'describe', '--digest', attested.digest)

  expect(run.provenance).toMatchObject({
    state: 'ready',
    buildLevel: 1,
    subjects: [{ digest: artifact }],
  })
})

const offline = (): string[] =>
  [
    ['verify', '--digest', artifact, '--bundle', file('vsa.json')],
    ['--trusted-root', file('provenance.root.json')],
    ['--verifier', verifier],
  ].flat()
const alone = (args: readonly string[]) => runChainloop(args, { env: { HOME: folder } })

test('C7: a deploy pipeline admits the artifact, online and from files alone', async () => {
  expect(await world.operator.run(['verify', '--digest', artifact])).toMatchObject({ code: 0 })
  expect(await alone(offline())).toMatchObject({ code: 0 })
})

test.each([
  ['a higher level', ['--level', '2'], /level 1 is less than 2/],
  ['another contract', ['--contract', 'strict'], /not strict/],
  ['another resource', ['--resource', 'oci://registry.example/web'], /not oci:/],
])('it is not admitted where %s is needed', async (_what, more, reason) => {
  const { code, stderr } = await alone([...offline(), ...more])

  expect(code).toBe(1)
  expect(stderr).toMatch(reason)
})

test('a policy decides about the summary', async () => {
  const policy = (level: number): string => `apiVersion: chainloop.dev/v1
kind: Policy
metadata:
  name: deploy
spec:
  policies:
    - kind: ATTESTATION
      embedded: |
        package main
        import rego.v1
        result := {"skipped": false, "violations": violations}
        violations contains "the level is too low" if {
          not sprintf("SLSA_BUILD_LEVEL_%d", [${level}]) in input.predicate.verifiedLevels
        }
`
  await writeFile(file('lenient.yaml'), policy(1))
  await writeFile(file('strict.yaml'), policy(3))

  expect(await alone([...offline(), '--policy', file('lenient.yaml')])).toMatchObject({ code: 0 })
  const refused = await alone([...offline(), '--policy', file('strict.yaml')])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('the level is too low')
})

test('the policy of the examples says in words why it does not admit', async () => {
  const policy = join(repository, 'docs', 'examples', 'admission', 'policy.yaml')

  const { code, stderr } = await alone([...offline(), '--policy', policy])

  expect(code).toBe(1)
  expect(stderr).toContain('the build level is below 2')
  expect(stderr).toContain('it did not meet the release contract')
  expect(stderr).not.toContain('let through')
})

test('what no run has made, and what another verifier says, is not admitted', async () => {
  const unknown = `sha256:${'0'.repeat(64)}`
  const stranger = [...offline().slice(0, -1), 'https://other.example/provenance']

  expect((await world.operator.run(['verify', '--digest', unknown])).code).toBe(1)
  expect((await alone(stranger)).code).toBe(1)
  expect((await alone(offline().with(2, unknown))).code).toBe(1)
})
