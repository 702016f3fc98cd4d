import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { DeliveryState } from '@chainloop/proto/deliveries/v1/delivery_service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { attest, type Attested } from './world/attest.ts'
import { command } from './world/command.ts'
import { eventually } from './world/eventually.ts'
import { repository, temporaryFolder } from './world/folder.ts'
import { codeBlocks } from './world/markdown.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

/* The guide for plugins, as somebody else goes through it: the packed SDK, its template, an installed package, a delivery. */
const stack = new AsyncDisposableStack()
const guide = join(repository, 'docs', 'integrations', 'writing-a-plugin.md')
const tsc = join(repository, 'node_modules', '.bin', 'tsc')
const types = join(repository, 'node_modules', '@types')
const token = 'token-of-the-ticket-system'
const tickets: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = []
let world: World
let declared: DeclaredWorkflow
let attested: Attested
let attachmentId: string
let address: string

async function npm(args: readonly string[], cwd: string): Promise<string> {
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  return command('npm', [...args, ...quiet], { cwd })
}

/** The template in a folder of its own, compiled and packed, with the SDK that was packed before. */
async function buildPlugin(folder: string): Promise<readonly string[]> {
  await command(tsc, ['--build', 'packages/plugin-sdk'], { cwd: repository })
  await command('npx', ['--yes', 'pnpm@12.21.0', 'pack', '--pack-destination', folder], {
    cwd: join(repository, 'packages', 'plugin-sdk'),
  })
  const sdk = (await readdir(folder)).find((file) => file.endsWith('.tgz')) ?? ''
  const project = join(folder, 'tickets')
  await mkdir(project)
  const extract = ['--extract', '--strip-components=2', '--file', join(folder, sdk)]
  await command('tar', [...extract, 'package/template'], { cwd: project })
  await npm(['install', '--ignore-scripts', '--omit=dev', join(folder, sdk)], project)
  await command(tsc, ['--project', '.', '--typeRoots', types], { cwd: project })
  await npm(['pack', '--ignore-scripts', '--pack-destination', folder], project)
  return [join(folder, sdk), join(folder, 'chainloop-plugin-tickets-1.0.0.tgz')]
}

beforeAll(async () => {
  const folder = stack.use(await temporaryFolder()).path
  const server = createServer((request, response) => {
    const known = request.headers.authorization === `Bearer ${token}`
    void text(request).then((body) => {
      if (request.url === '/tickets') tickets.push({ headers: request.headers, body })
      response.writeHead(known ? 201 : 401).end('{"id":"T-1"}')
    })
  })
  stack.use(server.listen(0, '127.0.0.1'))
  stack.defer(() => server.closeAllConnections())
  await once(server, 'listening')
  const bound = server.address()
  const host = `127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`
  address = `http://${host}`

  const tarballs = await buildPlugin(folder)
  const operators = join(folder, 'operators')
  await mkdir(operators)
  await writeFile(join(operators, 'package.json'), '{"private":true}')
  await npm(['install', ...tarballs], operators)
  world = stack.use(
    await startWorld({
      env: {
        CHAINLOOP_EGRESS_ALLOW: host,
        INTEGRATIONS_PLUGINS: 'chainloop-plugin-tickets',
        INTEGRATIONS_PLUGINS_FOLDER: operators,
      },
    }),
  )
  declared = await declareWorkflow(world)
  await register(token, 'tickets')
  const given = ['--opt', 'template_title={{ project.name }} is {{ policies.status }}']
  attachmentId = await attach(given)
  await attach(['--opt', "filter_expression=project.name == 'another'"])
  attested = await attest(declared, folder)
})

afterAll(() => stack.disposeAsync())

async function register(secret: string, name: string): Promise<unknown> {
  const options = ['--opt', `url=${address}`, '--opt', `token=${secret}`]
  const registered = ['integration', 'registered', 'add', '--plugin', 'tickets']
  return world.operator.chainloop([...registered, '--name', name, ...options])
}

async function attach(options: readonly string[]): Promise<string> {
  const where = ['--workflow', declared.workflow, '--project', declared.project]
  const { client } = world.operator
  const before = new Set((await client.integrations.listAttachments({})).result.map(({ id }) => id))
  const attached = ['integration', 'attached', 'add', '--integration', 'tickets']
  await world.operator.chainloop([...attached, ...where, ...options])
  const { result } = await client.integrations.listAttachments({})
  return result.find(({ id }) => !before.has(id))?.id ?? ''
}

test('the code of the guide is the template', async () => {
  const template = join(repository, 'packages', 'plugin-sdk', 'template', 'plugin.ts')

  expect(await codeBlocks(guide, 'ts')).toEqual([await readFile(template, 'utf8')])
})

test('the package delivers, with the text of the attachment', async () => {
  const [ticket] = await eventually(
    () => (tickets.length > 0 ? tickets : undefined),
    'a ticket for the attestation',
  )

  expect(JSON.parse(ticket?.body ?? '')).toMatchObject({
    queue: 'security',
    title: `${declared.project} is not_applicable`,
    attestation: attested.digest,
  })
  expect(ticket?.headers['idempotency-key']).toMatch(/./)
})

test('what an attachment filters out is in the log as skipped, with the reason', async () => {
  const skipped = await eventually(async () => {
    const { deliveries } = await world.operator.client.deliveries.list({})
    return deliveries.find(({ state }) => state === DeliveryState.SKIPPED)
  }, 'a skipped delivery')
  const { delivery } = await world.operator.client.deliveries.describe({ id: skipped.id })

  expect(delivery?.attempts).toMatchObject([
    { outcome: 'skipped', detail: 'filter_expression is false for this attestation' },
  ])
  expect(tickets).toHaveLength(1)
})

test('a test of the attachment shows the request without secrets and sends nothing', async () => {
  const { runId } = await runOf()
  const id = ['--id', attachmentId, '--run', runId]
  const shown = await world.operator.chainloop(['integration', 'attached', 'test', ...id])

  expect(JSON.stringify(shown)).toContain('/tickets')
  expect(JSON.stringify(shown)).toContain('is not_applicable')
  expect(JSON.stringify(shown)).not.toContain(token)
  expect(tickets).toHaveLength(1)
})

async function runOf(): Promise<{ readonly runId: string }> {
  const { deliveries } = await world.operator.client.deliveries.list({})
  return { runId: deliveries[0]?.runId ?? '' }
}

test('settings that the target refuses are not registered', async () => {
  await expect(register('wrong', 'second')).rejects.toThrow(
    /was not accepted: the ticket system answered 401/,
  )
})
