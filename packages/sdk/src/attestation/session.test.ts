import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sha256 } from '@chainloop/attestation/digest'
import { parseStatement } from '@chainloop/attestation/predicate/parse-statement'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import {
  startControlPlane,
  RUN_ID,
  type FakeControlPlane,
  type FakeOptions,
} from '../testing/control-plane.test.fixture.ts'
import { readStatement } from '../verify/read-statement.ts'
import { verifyAttestation } from '../verify/verify-attestation.ts'
import { addMaterial, type Added, type AddInput } from './add-material.ts'
import type { InitInput } from './init-input.ts'
import { initAttestation } from './init.ts'
import { openRun, type StateLocation } from './open-run.ts'
import { pushAttestation } from './push.ts'
import { resetAttestation } from './reset.ts'
import type { Session } from './session.ts'
import { readLocalSession } from './state-store/local.ts'
import { attestationStatus } from './status.ts'

const CONTRACT = `apiVersion: chainloop.dev/v1
kind: Contract
metadata: { name: web-build }
spec:
  materials:
    - { type: ARTIFACT, name: app, output: true }
    - { type: STRING, name: note, optional: true }
    - { type: ARTIFACT, name: big, optional: true, skipUpload: true }
  annotations: [{ name: owner, value: "" }]
`

let folder: string
let state: StateLocation & { type: 'local' }
let server: FakeControlPlane

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-session-'))
  state = { type: 'local', path: join(folder, 'state.json') }
})

afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function start(
  options: Partial<FakeOptions> = {},
  input: Partial<InitInput> = {},
): Promise<Session> {
  server = await startControlPlane({ contract: CONTRACT, ...options })
  return init(input)
}

async function init(
  input: Partial<InitInput> = {},
  env: Record<string, string> = {},
): Promise<Session> {
  const { session } = await initAttestation(
    server.client,
    { project: 'web', workflow: 'build', state, ...input },
    { cwd: folder, env, token: 'account-token' },
  )
  return session
}

async function add(input: Omit<AddInput, 'env'>): Promise<Added> {
  return addMaterial(await openRun(server.client, state), { env: {}, ...input })
}

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

test('a run goes from init to a stored attestation that verifies', async () => {
  await start()
  await add({ name: 'app', value: await file('app.bin', 'the program') })
  await add({ name: 'note', value: 'all good' })

  const pushed = await pushAttestation(server.client, { state, annotations: { owner: 'me' } })

  expect(server.stored).toEqual([pushed.bundle])
  expect(pushed.digest).toBe(sha256(pushed.bundle))
  const verified = await verifyAttestation({
    bundle: pushed.bundle,
    trustedRoots: [server.root],
    artifact: sha256(Buffer.from('the program')),
  })
  expect(verified.identity?.subject).toBe('https://acme.example/web/build')
  const { predicate } = parseStatement(Buffer.from(readStatement(pushed.bundle)))
  expect(predicate.builder.id).toMatch(/^https:\/\/chainloop-ts\.dev\/cli@/)
  expect(predicate.metadata).toMatchObject({
    workflowRunID: RUN_ID,
    contractVersion: '3',
    organization: 'acme',
  })
  expect(predicate.annotations).toEqual({ owner: 'me' })
  await expect(readLocalSession(state.path)).rejects.toMatchObject({ name: 'NotInitialized' })
})

test('after init only the run token is used', async () => {
  await start()
  await add({ name: 'app', value: await file('app.bin', 'x') })
  await pushAttestation(server.client, { state, annotations: { owner: 'me' } })

  expect(server.calls).toEqual([
    'init',
    'getUploadCreds',
    'getUploadCreds',
    'generateSigningCert',
    'store',
  ])
})

test('bytes are uploaded as they are, in messages of any number', async () => {
  await start()
  const content = Buffer.alloc(3 * 256 * 1024 + 17, 'chainloop')
  const { material } = await add({ name: 'app', value: await file('app.bin', content) })

  expect(content.equals(server.blobs.get(material.digest) ?? Buffer.alloc(0))).toBe(true)
  expect(material).toMatchObject({ uploaded: true, inline: false, output: true, required: true })
})

test('an upload that breaks starts again with new credentials', async () => {
  await start()
  server.breakUploads = 1
  const { material } = await add({ name: 'app', value: await file('app.bin', 'x'.repeat(1000)) })

  expect(server.blobs.has(material.digest)).toBe(true)
  expect(server.calls.filter((call) => call === 'getUploadCreds')).toHaveLength(3)
})

test('without storage of its own, small bytes are embedded and large ones refused', async () => {
  await start({ inline: true, maxBytes: 10 })
  const { material } = await add({ name: 'app', value: await file('app.bin', 'short') })
  expect(material.what).toMatchObject({ content: new Uint8Array(Buffer.from('short')) })

  await expect(add({ name: 'app', value: await file('app.bin', 'much too long') })).rejects.toThrow(
    'app.bin has 13 bytes, and filesystem takes 10 at most',
  )
  expect((await readLocalSession(state.path)).state.materials).toEqual([material])
})

test('what the contract does not want uploaded stays where it is', async () => {
  await start()
  const { material } = await add({ name: 'big', value: await file('big.bin', 'huge') })

  expect(material).toMatchObject({ uploaded: false, inline: false, size: 4 })
  expect(server.blobs.size).toBe(0)
})

test('everything that is outstanding is named, at status and at push', async () => {
  const session = await start()
  const outstanding = [
    'the material "app" (ARTIFACT) is missing',
    'the annotation "owner" has no value',
  ]

  expect(attestationStatus(session).outstanding).toEqual(outstanding)
  await expect(pushAttestation(server.client, { state })).rejects.toMatchObject({ outstanding })
  expect(server.stored).toEqual([])
  await expect(readLocalSession(state.path)).resolves.toBeDefined()
})

test('a push whose answer was lost stores the same bytes when it is repeated', async () => {
  await start()
  await add({ name: 'app', value: await file('app.bin', 'x') })
  server.loseAnswers = 1
  const push = () => pushAttestation(server.client, { state, annotations: { owner: 'me' } })

  await expect(push()).rejects.toThrow('the connection broke')
  const pushed = await push()

  expect(server.stored).toEqual([pushed.bundle])
})

test('a second run does not disturb the first', async () => {
  await start()
  const before = await readFile(state.path ?? '', 'utf8')

  await expect(init()).rejects.toMatchObject({ name: 'AlreadyInitialized' })
  expect(await readFile(state.path ?? '', 'utf8')).toBe(before)
  expect(server.calls.filter((call) => call === 'init')).toHaveLength(1)
})

test('ten jobs that add at the same time lose nothing', async () => {
  await start()
  const names = Array.from({ length: 10 }, (_, index) => `extra-${index}`)
  await Promise.all(names.map((name) => add({ name, kind: 'STRING', value: name })))

  const { materials } = (await readLocalSession(state.path)).state
  expect(materials.map(({ name }) => name).toSorted()).toEqual(names)
})

test('the wrong machine opens no run', async () => {
  server = await startControlPlane({
    contract: CONTRACT.replace('spec:', 'spec:\n  runner: { type: GITHUB_ACTION }'),
  })

  await expect(init()).rejects.toThrow(
    'the contract asks for a run on GITHUB_ACTION, and this is an unknown machine',
  )
  expect(server.calls).toEqual([])
  await expect(init({ dryRun: true })).resolves.toBeDefined()
})

test('variables that the contract asks for and that are not set open no run', async () => {
  server = await startControlPlane({
    contract: CONTRACT.replace('spec:', 'spec:\n  envAllowList: [TIER, OTHER]'),
  })

  await expect(init({}, { TIER: 'gold' })).rejects.toMatchObject({ variables: ['OTHER'] })
  expect(server.calls).toEqual([])
})

test('a run whose runner lacks its own variables is given up again', async () => {
  server = await startControlPlane({ contract: CONTRACT })

  await expect(
    init({}, { CI: 'true', GITHUB_REPOSITORY: 'acme/web', GITHUB_RUN_ID: '1' }),
  ).rejects.toMatchObject({ name: 'MissingVariables' })
  expect(server.cancelled).toEqual([RUN_ID])
  await expect(readLocalSession(state.path)).rejects.toMatchObject({ name: 'NotInitialized' })
})

test('a dry run checks everything and opens, uploads, signs and stores nothing', async () => {
  await start({}, { dryRun: true })
  await add({ name: 'app', value: await file('app.bin', 'x') })
  const pushed = await pushAttestation(server.client, { state, annotations: { owner: 'me' } })

  expect(pushed.digest).toBeUndefined()
  expect(server.calls).toEqual([])
  expect(server.blobs.size).toBe(0)
})

test('a gate that nobody evaluated is told after the attestation is stored', async () => {
  await start({
    contract: `${CONTRACT}  policies: { attestation: [{ ref: sbom-fresh, gate: true }] }\n`,
  })
  await add({ name: 'app', value: await file('app.bin', 'x') })
  const pushed = await pushAttestation(server.client, { state, annotations: { owner: 'me' } })

  expect(server.stored).toHaveLength(1)
  expect(pushed.blockers).toEqual([
    expect.stringContaining(
      'the policy "sbom-fresh" is configured as a gate and was not evaluated',
    ),
  ])
})

test('a run that is given up is cancelled and forgotten, also when its state is damaged', async () => {
  await start()
  await resetAttestation(async () => server.client, { state })
  expect(server.cancelled).toEqual([RUN_ID])

  await writeFile(state.path ?? '', '{')
  await resetAttestation(async () => server.client, { state })
  await expect(readLocalSession(state.path)).rejects.toMatchObject({ name: 'NotInitialized' })
})

test.each([
  ['app', '', 'ValueNotFound', 'there is no file '],
  ['app', 'no/such/file', 'ValueNotFound', 'there is no file no/such/file'],
  [undefined, 'dist/app.tgz', 'ValueNotFound', 'there is no file dist/app.tgz'],
  [undefined, 'sbom.json', 'ValueNotFound', 'there is no file sbom.json'],
  ['note', 'env://NOT_SET', 'ValueNotFound', 'the environment variable NOT_SET is not set'],
  ['Wrong Name', 'text', 'MaterialRefused', 'cannot be the name of a material'],
])('adding %j as %j is refused and changes nothing', async (name, value, error, message) => {
  await start()

  await expect(
    add({ name, value, ...(name === 'Wrong Name' && { kind: 'STRING' }) }),
  ).rejects.toMatchObject({
    name: error,
    message: expect.stringContaining(message),
  })
  expect((await readLocalSession(state.path)).state.materials).toEqual([])
})

test('an empty file is refused', async () => {
  await start()

  await expect(add({ name: 'app', value: await file('app.bin', '') })).rejects.toMatchObject({
    name: 'InvalidMaterial',
  })
})

test('junk is not recorded as an SBOM', async () => {
  await start()

  await expect(
    add({ name: 'sbom', kind: 'SBOM_CYCLONEDX_JSON', value: await file('sbom.json', '{"a":1}') }),
  ).rejects.toMatchObject({ name: 'InvalidMaterial' })
})
