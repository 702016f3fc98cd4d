import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { attest } from './world/attest.ts'
import { command } from './world/command.ts'
import { eventually } from './world/eventually.ts'
import { repository, temporaryFolder } from './world/folder.ts'
import { codeBlocks } from './world/markdown.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

/* What docs/integrations/operating.md tells operators, on the command line. */
const stack = new AsyncDisposableStack()
let world: World
let declared: DeclaredWorkflow
let folder: string
const keys: string[] = []

beforeAll(async () => {
  const receiver = stack.use(startReceiver())
  await once(receiver, 'listening')
  const address = receiver.address()
  const hook = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  folder = stack.use(await temporaryFolder()).path
  world = stack.use(await startWorld({ env: { CHAINLOOP_EGRESS_ALLOW: '127.0.0.1' } }))
  declared = await declareWorkflow(world)
  const add = ['integration', 'registered', 'add', '--plugin', 'webhook', '--name', 'hook']
  await operator(...add, '--opt', `url=http://${hook}/`)
})

afterAll(() => stack.disposeAsync())

function startReceiver(): Server {
  const server = createServer((request, response) => {
    const key = request.headers['idempotency-key']
    if (key !== undefined) keys.push(String(key))
    request.resume().on('end', () => response.end('thank you'))
  })
  stack.defer(() => server.closeAllConnections())
  return server.listen(0, '127.0.0.1')
}

async function operator(...args: string[]): Promise<string> {
  return world.operator.chainloop(args, { cwd: folder })
}

async function asked<T>(...args: string[]): Promise<T> {
  return JSON.parse(await operator(...args, '--output', 'json')) as T
}

interface Shown {
  readonly id: string
  readonly state: string
  readonly held: string
  readonly runId: string
  readonly attestationDigest: string
}

async function deliveries(...filter: string[]): Promise<readonly Shown[]> {
  const { deliveries: found } = await asked<{ deliveries: Shown[] }>(
    'integration',
    'delivery',
    'list',
    ...filter,
  )
  return found
}

test('history comes to a new target by a replay, which is waited for', async () => {
  const { digest } = await attest(declared, folder)
  const where = ['--workflow', declared.workflow, '--project', declared.project]
  await operator('integration', 'attached', 'add', ...where, '--integration', 'hook')

  const replay = await asked<{ id: string; state: string; delivered: number }>(
    'integration',
    'replay',
    '--integration',
    'hook',
    ...where,
    '--since',
    '1d',
    '--wait',
  )

  expect(replay).toMatchObject({ state: 'done', delivered: 1 })
  expect(await deliveries('--replay', replay.id)).toMatchObject([
    { state: 'delivered', attestationDigest: digest },
  ])
  expect(await operator('integration', 'replayed', 'list')).toContain(replay.id)
})

test('a paused registration gets nothing until it is resumed, and the run shows it', async () => {
  await operator('integration', 'registered', 'pause', '--name', 'hook', '--reason', 'moving')
  const { digest } = await attest(declared, folder)
  const [held] = await deliveries('--state', 'pending')
  expect(held).toMatchObject({ held: 'paused', attestationDigest: digest })
  expect(await operator('integration', 'status')).toMatch(/paused[^]*moving/)
  const run = await operator('workflow', 'run', 'describe', '--id', held?.runId ?? '')
  expect(run).toMatch(/pending \(paused\)/)
  const before = keys.length

  await operator('integration', 'registered', 'resume', '--name', 'hook')

  await eventually(async () => {
    const [one] = await deliveries('--run', held?.runId ?? '')
    return one?.state === 'delivered' || undefined
  }, 'it is delivered')
  expect(keys.length).toBe(before + 1)
  expect(await operator('integration', 'status')).toContain('running')
})

test('a receipt is verified by us and by OpenSSL, and a changed one is refused', async () => {
  const [delivered] = await deliveries('--state', 'delivered')
  const blocks = await codeBlocks(join(repository, 'docs', 'integrations', 'operating.md'), 'sh')
  const receipt = ['integration', 'delivery', 'receipt', '--id', delivered?.id ?? '']
  await operator(...receipt, '--file', 'receipt.json', '--key-file', 'log.pem')

  const verify = ['integration', 'delivery', 'verify', '--key', 'log.pem', '--receipt']
  expect(await operator(...verify, 'receipt.json')).toContain(delivered?.attestationDigest)
  const openssl = blocks.find((block) => block.includes('openssl')) ?? ''
  expect(await command('bash', ['-euo', 'pipefail', '-c', openssl], { cwd: folder })).toContain(
    'Verified Successfully',
  )
  await command(
    'sh',
    ['-c', 'sed s/payload\\":\\"e/payload\\":\\"f/ receipt.json > changed.json'],
    {
      cwd: folder,
    },
  )
  await expect(operator(...verify, 'changed.json')).rejects.toThrow(/not valid/)
})
