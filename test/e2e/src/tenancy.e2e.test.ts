import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'

import { CASCredentialsServiceGetRequest_Role as Role } from '@chainloop/proto/controlplane/v1/cas_credentials'
import { Code } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import type { Account } from './world/account.ts'
import { attest, type Attested } from './world/attest.ts'
import { failureOf } from './world/failure.ts'
import { temporaryFolder } from './world/folder.ts'
import { digestOf } from './world/materials.ts'
import { aboutRun, openRun, signStatement, store } from './world/modified-client.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

/* Knowing a digest must never be enough: project B names what belongs to project A. */
const stack = new AsyncDisposableStack()
let world: World
let a: DeclaredWorkflow
let b: DeclaredWorkflow
let ofA: Attested
let ofB: Attested
let secret: string

beforeAll(async () => {
  world = stack.use(await startWorld())
  a = await declareWorkflow(world)
  b = await declareWorkflow(world)
  ofA = await attest(a, stack.use(await temporaryFolder()).path)
  ofB = await attest(b, stack.use(await temporaryFolder()).path)
  secret = digestOf(await readFile(ofA.materials['binary'] ?? ''))
})

afterAll(() => stack.disposeAsync())

const lenient = Buffer.from(
  'apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata:\n  name: lenient\nspec: {}\n',
)

async function askToDownload(who: Account, digest: string): ReturnType<typeof failureOf> {
  return failureOf(who.client.casCredentials.get({ role: Role.DOWNLOADER, digest }))
}

test('the operator may download it, so what follows is not refused for another reason', async () => {
  const { result } = await world.operator.client.casCredentials.get({
    role: Role.DOWNLOADER,
    digest: secret,
  })

  expect(result?.token).not.toBe('')
})

test('an attester of another project is not given its bytes', async () => {
  const failure = await askToDownload(b.job, secret)

  expect([Code.NotFound, Code.PermissionDenied]).toContain(failure.code)
})

test('a foreign digest and an unknown one are answered alike', async () => {
  const unknown = await askToDownload(b.job, `sha256:${randomBytes(32).toString('hex')}`)
  const foreign = await askToDownload(b.job, secret)

  expect(foreign.code).toBe(unknown.code)
  expect(foreign.message.replaceAll(/[0-9a-f]{64}/g, '')).toBe(
    unknown.message.replaceAll(/[0-9a-f]{64}/g, ''),
  )
})

test('naming it in a statement is refused and gives no right to it', async () => {
  const run = await openRun(b.job, b)
  const statement = aboutRun(ofB.statement, run)
  const hex = secret.replace('sha256:', '')
  const own = digestOf(await readFile(ofB.materials['binary'] ?? '')).replace('sha256:', '')
  const stolen: typeof statement = JSON.parse(JSON.stringify(statement).replaceAll(own, hex))

  const failure = await failureOf(store(run, await signStatement(run, stolen)))

  expect([Code.InvalidArgument, Code.FailedPrecondition]).toContain(failure.code)
  await expect(askToDownload(b.job, secret)).resolves.toMatchObject({ code: expect.any(Number) })
})

test('a service account reads the contract of its own project, and no other', async () => {
  const own = await b.job.client.attestations.getContract({
    workflowName: b.workflow,
    projectName: b.project,
  })
  const other = await failureOf(
    b.job.client.attestations.getContract({ workflowName: a.workflow, projectName: a.project }),
  )

  expect(own.result?.workflow?.name).toBe(b.workflow)
  expect([Code.NotFound, Code.PermissionDenied]).toContain(other.code)
})

test('a service account changes no contract, creates no token, and attests on no other project', async () => {
  const { client } = b.job
  const failures = await Promise.all([
    failureOf(client.contracts.update({ name: b.contract, rawContract: lenient })),
    failureOf(client.apiTokens.create({ name: 'more', projectReference: { name: b.project } })),
    failureOf(client.attestations.init({ workflowName: a.workflow, projectName: a.project })),
    failureOf(client.workflows.create({ name: 'new', projectName: b.project })),
    failureOf(
      client.attestations.findOrCreateWorkflow({
        workflowName: b.workflow,
        projectName: b.project,
        contractBytes: lenient,
      }),
    ),
  ])

  for (const { code } of failures) expect([Code.PermissionDenied, Code.NotFound]).toContain(code)
})

test('a revoked token is refused at once', async () => {
  const doomed = await declareWorkflow(world, { project: b.project })
  const { result } = await world.operator.client.apiTokens.list({})
  const newest = result.toSorted(
    (x, y) => Number(y.createdAt?.seconds ?? 0n) - Number(x.createdAt?.seconds ?? 0n),
  )
  const { jti } = JSON.parse(
    Buffer.from(doomed.job.token.split('.')[1] ?? '', 'base64url').toString(),
  )
  expect(newest.map(({ id }) => id)).toContain(jti)

  await world.operator.client.apiTokens.revoke({ id: jti })

  const failure = await failureOf(
    doomed.job.client.attestations.init({ workflowName: b.workflow, projectName: b.project }),
  )
  expect(failure.code).toBe(Code.Unauthenticated)
})
