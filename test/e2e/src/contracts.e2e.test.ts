import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { sha256 } from '@chainloop/attestation/digest'
import { createClient } from '@chainloop/sdk/client'
import { Code } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { attest } from './world/attest.ts'
import { failureOf } from './world/failure.ts'
import { temporaryFolder } from './world/folder.ts'
import { digestOf } from './world/materials.ts'
import { aboutRun, openRun, signStatement, store } from './world/modified-client.ts'
import { declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const stack = new AsyncDisposableStack()
let world: World
let folder: string
let publisher: string
/** What the publisher of policies serves, by path. */
const published = new Map<string, string>()

beforeAll(async () => {
  folder = stack.use(await temporaryFolder()).path
  const server = createServer(({ url = '' }, res) => {
    res.statusCode = published.has(url) ? 200 : 404
    res.end(published.get(url))
  })
  stack.defer(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  publisher = `http://127.0.0.1:${port}`
  world = stack.use(await startWorld({ env: { CHAINLOOP_EGRESS_ALLOW: `127.0.0.1:${port}` } }))
})
afterAll(() => stack.disposeAsync())

const head = (kind: string, name: string) =>
  `apiVersion: chainloop.dev/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n`
const policy = (name: string, script: string) =>
  `${head('Policy', name)}  policies:\n    - kind: SBOM_CYCLONEDX_JSON\n      ${script}\n`
/** A group whose policy is published beside it. */
const group = (material: string) =>
  `${head('PolicyGroup', 'release')}  policies:
    materials:
      - type: STRING
        name: ${material}
        policies: [{ ref: "${publisher}/policy.yaml" }]
`

interface Applied {
  readonly name: string
  readonly status: string
  readonly revision: number
  readonly reason?: string
  readonly pins?: readonly { location: string; digest: string }[]
  readonly changes?: { text: string; pins: readonly unknown[] }
}

async function apply(...args: string[]): Promise<{ code: number; applied: readonly Applied[] }> {
  const { code, stdout, stderr } = await world.operator.run(
    ['workflow', 'contract', 'apply', ...args, '--output', 'json'],
    { cwd: folder },
  )
  if (stdout === '') throw new Error(stderr)
  const { applied }: { applied: readonly Applied[] } = JSON.parse(stdout)
  return { code, applied }
}

test('a folder of contracts is applied with the files that they refer to; again, it changes nothing', async () => {
  const contracts = join(folder, 'contracts')
  await mkdir(join(contracts, 'policies'), { recursive: true })
  await writeFile(join(contracts, 'policies', 'fresh.yaml'), policy('fresh', 'ref: fresh.rego'))
  await writeFile(join(contracts, 'policies', 'fresh.rego'), 'package main\n')
  await writeFile(
    join(contracts, 'all.yaml'),
    `# web\n${head('Contract', 'web')}  policies: { materials: [{ ref: "file://policies/fresh.yaml" }] }\n---\n${head('Contract', 'api')}  materials: []\n`,
  )
  await writeFile(join(contracts, 'broken.json'), '{"kind": "Contract"}')
  await writeFile(join(contracts, 'policy.yaml'), policy('other', 'embedded: package main'))

  const first = await apply('-f', contracts)
  const second = await apply('-f', contracts)

  const outcome = ({ name, status, revision }: Applied) => [name, status, revision]
  expect(first.code).toBe(1)
  expect(first.applied.map(outcome)).toEqual([
    ['web', 'created', 1],
    ['api', 'created', 1],
    ['', 'failed', undefined],
    ['other', 'skipped', undefined],
  ])
  expect(first.applied[2]?.reason).toContain('apiVersion: is required')
  expect(first.applied[0]?.pins?.map(({ location }) => location)).toEqual([
    'file://policies/fresh.yaml',
    'file://policies/fresh.rego',
  ])
  expect(second.applied.slice(0, 2).map(outcome)).toEqual([
    ['web', 'unchanged', 1],
    ['api', 'unchanged', 1],
  ])
})

test('a dry run shows what would change; so does the comparison of the revisions afterwards', async () => {
  const path = join(folder, 'shown.yaml')
  await writeFile(path, `${head('Contract', 'shown')}  materials: []\n`)
  await apply('-f', path)
  await writeFile(path, `${head('Contract', 'shown')}  envAllowList: [CUSTOM]\n`)

  const dry = await apply('-f', path, '--dry-run')
  const real = await apply('-f', path)
  const diff = await world.operator.chainloop(['workflow', 'contract', 'diff', '--name', 'shown'])

  expect(dry.applied).toMatchObject([{ name: 'shown', status: 'updated', revision: 2 }])
  expect(real.applied).toMatchObject([{ name: 'shown', status: 'updated', revision: 2 }])
  for (const text of [dry.applied[0]?.changes?.text, diff]) {
    expect(text).toContain('--- shown@1')
    expect(text).toContain('+++ shown@2')
    expect(text).toContain('-  materials: []\n+  envAllowList: [CUSTOM]')
  }
})

test('what a run has to present does not change with what its publisher serves later', async () => {
  published.set('/group.yaml', group('ticket'))
  published.set('/policy.yaml', policy('p', 'embedded: package main'))
  const text = `${head('Contract', 'pinned')}  policyGroups: [{ ref: "${publisher}/group.yaml" }]\n`
  await writeFile(join(folder, 'pinned.yaml'), text)
  const [before] = (await apply('-f', 'pinned.yaml')).applied
  const { project, workflow, job } = await declareWorkflow(world)
  const update = ['workflow', 'update', '--name', workflow, '--project', project]
  await world.operator.chainloop([...update, '--contract', 'pinned'])

  published.set('/group.yaml', group('approval'))
  const required = await initAndStatus()
  expect(required).toEqual(['ticket'])

  const [after] = (await apply('-f', 'pinned.yaml')).applied
  expect([before?.revision, after?.revision, after?.status]).toEqual([1, 2, 'updated'])
  expect(await initAndStatus()).toEqual(['approval'])

  async function initAndStatus(): Promise<string[]> {
    const out = await job.chainloop(
      [
        'attestation',
        'init',
        '--workflow',
        workflow,
        '--project',
        project,
        '--replace',
        '-o',
        'json',
      ],
      { cwd: folder, env: { TMPDIR: folder } },
    )
    const status: { materials: { name: string }[] } = JSON.parse(out)
    return status.materials.map(({ name }) => name)
  }
})

test('a job that leaves out what a group asks for is refused, also when its client does not look', async () => {
  published.set('/group.yaml', group('ticket'))
  published.set('/policy.yaml', policy('p', 'embedded: package main'))
  const contract = `${head('Contract', 'NAME')}  policyGroups: [{ ref: "${publisher}/group.yaml" }]\n`
  const declared = await declareWorkflow(world, { contract })
  const { project, workflow, job } = declared
  const options = { cwd: folder, env: { TMPDIR: folder } }
  const init = ['attestation', 'init', '--workflow', workflow, '--project', project, '--replace']
  await job.chainloop(init, options)
  const early = await job.run(['attestation', 'push'], options)

  const honest = await attest(declared, folder, { ticket: 'ABC-1' })
  const run = await openRun(job, declared)
  const statement = aboutRun(honest.statement, run)
  statement.predicate.materials = []
  const refused = await failureOf(store(run, await signStatement(run, statement)))

  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('ticket') })
  expect(refused.message).toContain('the material "ticket" (STRING) is missing')
})

test('a run token reads the documents of its own contract revision and no others', async () => {
  const mine = policy('mine', 'embedded: package main')
  const other = policy('other', 'embedded: package main')
  published.set('/mine.yaml', mine)
  published.set('/other.yaml', other)
  const referring = (name: string) =>
    `${head('Contract', 'NAME')}  policies: { materials: [{ ref: "${publisher}/${name}.yaml" }] }\n`
  const {
    project,
    workflow: workflowName,
    job,
  } = await declareWorkflow(world, { contract: referring('mine') })
  await declareWorkflow(world, { contract: referring('other') })

  const { result } = await job.client.attestations.init({ workflowName, projectName: project })
  using run = createClient({
    controlPlane: new URL(world.endpoints.controlPlaneApi).host,
    insecure: true,
    token: result?.runToken ?? '',
  })
  const { content } = await run.contractDocuments.get({ digest: digestOf(Buffer.from(mine)) })
  const foreign = { digest: sha256(Buffer.from(other)) }

  expect(Buffer.from(content).toString()).toBe(mine)
  expect(result?.workflowRun?.contractVersion?.pins).toMatchObject([
    { location: `${publisher}/mine.yaml`, digest: digestOf(Buffer.from(mine)) },
  ])
  expect((await failureOf(run.contractDocuments.get(foreign))).code).toBe(Code.NotFound)
})

test('an old client that sends only references is told what to do', async () => {
  const rawContract = Buffer.from(
    `${head('Contract', 'old')}  policies: { materials: [{ ref: "file://p.yaml" }] }\n`,
  )

  const { code, message } = await failureOf(
    world.operator.client.contracts.create({ name: 'old', rawContract }),
  )

  expect(code).toBe(Code.InvalidArgument)
  expect(message).toMatch(/file:\/\/p\.yaml was not sent along.*chainloop workflow contract apply/)
})
