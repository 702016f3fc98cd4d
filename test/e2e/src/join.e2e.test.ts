import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { pushAttestation } from '@chainloop/sdk/attestation/push'
import { createClient } from '@chainloop/sdk/client'
import { connect } from '@chainloop/sdk/connection/connection'
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { statementOf } from './world/attest.ts'
import { type CommandResult, runChainloop } from './world/chainloop.ts'
import { failureOf } from './world/failure.ts'
import { temporaryFolder } from './world/folder.ts'
import { type Materials, writeMaterials } from './world/materials.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const stack = new AsyncDisposableStack()
let world: World
let declared: DeclaredWorkflow
let materials: Materials
beforeAll(async () => {
  world = stack.use(await startWorld())
  declared = await declareWorkflow(world)
  materials = await writeMaterials(stack.use(await temporaryFolder()).path)
})
afterAll(() => stack.disposeAsync())

/** A job on a machine of its own, with an account of the project until it gives that away. */
async function machine() {
  const { path } = stack.use(await temporaryFolder())
  let { token } = declared.job
  const useToken = (other: string): void => {
    token = other
  }
  const run = (...args: readonly string[]): Promise<CommandResult> =>
    runChainloop(['attestation', ...args], {
      cwd: path,
      env: { ...declared.job.env, TMPDIR: path, CHAINLOOP_TOKEN: token },
    })
  const chainloop = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...args)
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`)
    return stdout
  }
  const forgetToken = (): void => {
    useToken('')
  }
  return { path, run, chainloop, useToken, forgetToken }
}

type Machine = Awaited<ReturnType<typeof machine>>

async function start({ chainloop }: Machine, ...more: readonly string[]): Promise<string> {
  const { workflow, project } = declared
  const where = ['--workflow', workflow, '--project', project, '--output', 'json']
  const started: { attestationID: string } = JSON.parse(await chainloop('init', ...where, ...more))
  return started.attestationID
}

const addAll = async ({ chainloop }: Machine, id: string): Promise<void> => {
  for (const [name, value] of Object.entries(materials)) {
    await chainloop('add', '--name', name, '--value', String(value), '--attestation-id', id)
  }
}

test('jobs of one pipeline share a run, and need their account only to come in', async () => {
  const [first, second, third] = [await machine(), await machine(), await machine()]
  const id = await start(first, '--remote-state')
  const run = ['--attestation-id', id]

  await second.chainloop('join', ...run)
  second.forgetToken()
  await second.chainloop('add', '--name', 'sbom', '--value', materials.sbom, ...run)
  await third.chainloop('add', '--name', 'tests', '--value', materials.tests, ...run)
  first.forgetToken()
  await first.chainloop('add', '--name', 'binary', '--value', materials.binary, ...run)
  expect(JSON.parse(await second.chainloop('status', ...run, '--output', 'json'))).toMatchObject({
    outstanding: [],
  })
  const bundle = join(second.path, 'bundle.json')
  await second.chainloop('push', '--bundle', bundle, ...run)

  const { predicate } = statementOf(await readFile(bundle))
  expect(predicate.metadata['workflowRunID']).toBe(id)
  expect(predicate.materials).toHaveLength(3)
  expect((await readdir(second.path)).filter((name) => name.includes(id))).toEqual([])
})

/** A client of the job that loses the first answer to Store. */
function forgetful() {
  let lost = 0
  const lose: Interceptor = (next) => async (request) => {
    const answer = await next(request)
    if (request.method.name !== 'Store' || lost++ > 0) return answer
    throw new ConnectError('the connection broke', Code.Unavailable)
  }
  const { env, token } = declared.job
  return createClient({
    controlPlane: env['CHAINLOOP_CONTROL_PLANE_API'] ?? '',
    artifactCas: env['CHAINLOOP_ARTIFACT_CAS_API'],
    insecure: true,
    token,
    retry: { budgetMs: 0 },
    connect: (endpoint) => {
      const connection = connect(endpoint)
      return {
        ...connection,
        transport: (interceptors, timeoutMs) =>
          connection.transport([...interceptors, lose], timeoutMs),
      }
    },
  })
}

test('a push whose answer was lost is repeated on its machine and stores the same', async () => {
  const job = await machine()
  const runId = await start(job, '--remote-state')
  await addAll(job, runId)
  using client = forgetful()
  const push = () => pushAttestation(client, { state: { type: 'remote', runId } })

  await expect(push()).rejects.toThrow('the connection broke')
  const { digest } = await push()

  const { result } = await world.operator.client.runs.view({ ref: { case: 'id', value: runId } })
  expect(result?.workflowRun?.attestationDigest).toBe(digest)
})

test('who may not attest on the project does not join, and a run without shared state is not joined', async () => {
  const [job, other] = [await machine(), await declareWorkflow(world)]
  const id = await start(job, '--remote-state')
  const strange = await failureOf(other.job.client.runTokens.join({ runId: id }))
  expect(strange.code).toBe(Code.NotFound)

  const local = await start(job)
  const joined = await (await machine()).run('join', '--attestation-id', local)
  expect(joined).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('keeps no state in the control plane'),
  })
})

test('any of the jobs gives the run up, with a reason that everybody sees', async () => {
  const [first, second] = [await machine(), await machine()]
  const id = await start(first, '--remote-state')
  const run = ['--attestation-id', id]
  await second.chainloop('join', ...run)
  second.forgetToken()

  await second.chainloop('reset', '--trigger', 'cancellation', '--reason', 'not needed', ...run)

  const { result } = await world.operator.client.runs.view({ ref: { case: 'id', value: id } })
  expect(result?.workflowRun).toMatchObject({ state: 'canceled', reason: 'not needed' })
  expect(await first.run('status', ...run)).toMatchObject({ code: 1 })
})

test('what came from a revoked account ends with it, and another account comes in', async () => {
  const job = await machine()
  const created = async (name: string) => {
    const wish = { name, projectReference: { name: declared.project } }
    const { result } = await world.operator.client.apiTokens.create(wish)
    return { id: result?.item?.id ?? '', jwt: result?.jwt ?? '' }
  }
  const [old, fresh] = [await created('old'), await created('fresh')]
  job.useToken(old.jwt)
  const id = await start(job, '--remote-state')
  await world.operator.client.apiTokens.revoke({ id: old.id })

  const add = ['add', '--name', 'sbom', '--value', materials.sbom, '--attestation-id', id]
  expect(await job.run(...add)).toMatchObject({ code: 1 })
  job.useToken(fresh.jwt)
  expect(await job.run(...add)).toMatchObject({ code: 0 })
})

test('the token that a machine keeps is for the eyes of its user', async () => {
  const job = await machine()
  const id = await start(job, '--remote-state')

  expect((await stat(join(job.path, `chainloop-run-${id}.json`))).mode & 0o777).toBe(0o600)
})
