import { randomBytes, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Code } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { attest, type Attested, type Statement } from './world/attest.ts'
import { failureOf } from './world/failure.ts'
import { temporaryFolder } from './world/folder.ts'
import { aboutRun, openRun, signStatement, store } from './world/modified-client.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

/* A client that was changed to lie. It has a valid token and certificate; nothing that it says is believed. */
const stack = new AsyncDisposableStack()
let world: World
let victim: DeclaredWorkflow
let honest: Attested

beforeAll(async () => {
  const folder = stack.use(await temporaryFolder()).path
  world = stack.use(await startWorld())
  victim = await declareWorkflow(world)
  honest = await attest(victim, folder)
})

afterAll(() => stack.disposeAsync())

async function tell(lie: (statement: Statement) => void): Promise<ReturnType<typeof failureOf>> {
  const run = await openRun(victim.job, victim)
  const statement = aboutRun(honest.statement, run)
  lie(statement)
  const bundle = await signStatement(run, statement)
  return failureOf(store(run, bundle))
}

test('told without a lie, the statement is accepted: what follows is refused for the lie alone', async () => {
  const run = await openRun(victim.job, victim)

  const digest = await store(run, await signStatement(run, aboutRun(honest.statement, run)))

  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
})

test.each<[string, (statement: Statement) => void, RegExp]>([
  ['the project', ({ predicate }) => (predicate.metadata['project'] = 'another'), /project/],
  [
    'the workflow',
    ({ predicate }) => (predicate.metadata['workflowName'] = 'release'),
    /workflow/i,
  ],
  [
    'the workflow id',
    ({ predicate }) => (predicate.metadata['workflowID'] = randomUUID()),
    /workflow/i,
  ],
  ['the run', ({ predicate }) => (predicate.metadata['workflowRunID'] = randomUUID()), /run/i],
  [
    'the contract',
    ({ predicate }) => (predicate.metadata['contractName'] = 'lenient'),
    /contract/i,
  ],
  [
    'the contract revision',
    ({ predicate }) => (predicate.metadata['contractVersion'] = '7'),
    /contract/i,
  ],
  [
    'the organization',
    ({ predicate }) => (predicate.metadata['organization'] = 'acme'),
    /organization/i,
  ],
  [
    'the project version',
    ({ predicate }) => (predicate.metadata['projectVersion'] = '9.9.9'),
    /version/i,
  ],
])('a lie about %s is refused, naming the field', async (_what, lie, field) => {
  const failure = await tell(lie)

  expect(failure.code).toBe(Code.InvalidArgument)
  expect(failure.message).toMatch(field)
})

test('leaving out a required material is refused, naming it', async () => {
  const failure = await tell(({ predicate }) => {
    predicate.materials = predicate.materials.filter((material) => nameOf(material) !== 'sbom')
  })

  expect(failure.message).toMatch(/sbom/)
  expect([Code.InvalidArgument, Code.FailedPrecondition]).toContain(failure.code)
})

test('claiming a digest that nobody uploaded is refused', async () => {
  const failure = await tell((statement) => {
    const invented = randomBytes(32).toString('hex')
    const binary = statement.predicate.materials.find((material) => nameOf(material) === 'binary')
    if (binary) binary.digest = { sha256: invented }
    for (const subject of statement.subject.filter(
      ({ name }) => name.includes('binary') || name.includes('program'),
    )) {
      subject.digest = { sha256: invented }
    }
  })

  expect([Code.InvalidArgument, Code.FailedPrecondition]).toContain(failure.code)
})

test('junk labelled as an SBOM is refused by the server, whatever the client thought of it', async () => {
  const folder = stack.use(await temporaryFolder()).path
  const junk = join(folder, 'junk.json')
  await writeFile(junk, JSON.stringify({ hello: randomUUID() }))
  const lenient = await declareWorkflow(world, { project: victim.project, contract: artifactsOnly })
  const withJunk = await attest(lenient, folder, { anything: junk })

  const failure = await tell(({ predicate }) => {
    const [posed] = withJunk.statement.predicate.materials
    const sbom = predicate.materials.find((material) => nameOf(material) === 'sbom')
    if (sbom && posed) Object.assign(sbom, { digest: posed.digest, name: posed.name })
  })

  expect(failure.code).toBe(Code.InvalidArgument)
  expect(failure.message).toMatch(/sbom/i)
})

test('the bundle of another run is refused', async () => {
  const run = await openRun(victim.job, victim)

  const failure = await failureOf(store(run, honest.bytes))

  expect([Code.InvalidArgument, Code.PermissionDenied]).toContain(failure.code)
})

test('a statement about this run under the certificate of another run is refused', async () => {
  const [mine, other] = [await openRun(victim.job, victim), await openRun(victim.job, victim)]
  const bundle = await signStatement(mine, aboutRun(honest.statement, mine), {
    signer: other.client,
  })

  const failure = await failureOf(store(mine, bundle))

  expect([Code.InvalidArgument, Code.PermissionDenied]).toContain(failure.code)
  expect(failure.message).toMatch(/run|certificate|identity/i)
})

test('a bundle without its timestamp is refused', async () => {
  const run = await openRun(victim.job, victim)
  const bundle = await signStatement(run, aboutRun(honest.statement, run), { stamped: false })

  const failure = await failureOf(store(run, bundle))

  expect(failure.code).toBe(Code.InvalidArgument)
  expect(failure.message).toMatch(/timestamp/i)
})

test('a run token is good for its own run only', async () => {
  const [mine, other] = [await openRun(victim.job, victim), await openRun(victim.job, victim)]
  const bundle = await signStatement(other, aboutRun(honest.statement, other))

  const failure = await failureOf(store({ ...other, client: mine.client }, bundle))

  expect([Code.PermissionDenied, Code.NotFound]).toContain(failure.code)
})

test('a provenance that a job signs with its run certificate is refused with either trust root', async () => {
  const folder = stack.use(await temporaryFolder()).path
  const run = await openRun(victim.job, victim)
  const provenance = {
    ...honest.statement,
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: { ...honest.statement.predicate, buildDefinition: {}, runDetails: {} },
  }
  const bundle = join(folder, 'provenance.json')
  await writeFile(bundle, await signStatement(run, provenance))

  for (const purpose of ['attestations', 'provenance']) {
    const root = join(folder, `${purpose}.json`)
    const exported = ['signing', 'trusted-root', '--for', purpose]
    await writeFile(root, await world.operator.chainloop(exported))
    const files = ['--bundle', bundle, '--trusted-root', root]
    const verified = await world.operator.run(['attestation', 'verify', ...files])
    expect([purpose, verified.code]).toEqual([purpose, 1])
  }
})

const artifactsOnly = `apiVersion: chainloop.dev/v1
kind: Contract
metadata:
  name: NAME
spec:
  materials:
    - type: ARTIFACT
      name: anything
`

function nameOf({ annotations }: Statement['predicate']['materials'][number]): unknown {
  return annotations['chainloop.material.name']
}
