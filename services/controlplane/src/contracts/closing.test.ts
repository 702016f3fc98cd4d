import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

import { sha256 } from '@chainloop/attestation/digest'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, beforeEach, test } from '@jest/globals'

import type { Database } from '../db/open-database.ts'
import { createDocumentSource, type DocumentSource } from '../policy-documents/document-source.ts'
import { getPinnedDocument } from '../policy-documents/get-pinned-document.ts'
import { openTestDatabase } from '../testing/database.ts'
import { operatorWorld, type OperatorWorld } from '../testing/operator.ts'
import { findOrCreateWorkflow } from '../workflows/find-or-create-workflow.ts'
import { applyContract } from './apply-contract.ts'
import { withClosures } from './closing.ts'
import { effectiveContract } from './effective-contract.ts'
import { getContract, getRevision } from './get-contract.ts'

const stack = new AsyncDisposableStack()
let database: Database
let documentSource: DocumentSource
let world: OperatorWorld
let address: string
/** Path → content; what is not here is answered with 404. */
const published = new Map<string, string>()
const asked: { path: string; headers: IncomingHttpHeaders }[] = []

beforeAll(async () => {
  database = stack.use(await openTestDatabase())
  const server = createServer(({ url: path = '', headers }, res) => {
    asked.push({ path, headers })
    const content = published.get(path)
    res.statusCode = content === undefined ? 404 : 200
    res.end(content)
  })
  stack.defer(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  address = `http://127.0.0.1:${port}`
  documentSource = stack.use(
    createDocumentSource([`127.0.0.1:${port}`], new Map([['known', `${address}/v1`]])),
  )
})

beforeEach(async () => {
  world = await operatorWorld(database.db)
  published.clear()
  asked.length = 0
})

afterAll(async () => stack.disposeAsync())

const head = (kind: string, name: string) =>
  `apiVersion: chainloop.dev/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n`
const policy = (name: string, script = 'package main') =>
  `${head('Policy', name)}  policies: [{ kind: SARIF, embedded: "${script}" }]\n`
const contract = (ref: string, group = false) =>
  group
    ? `${head('Contract', 'release')}  policyGroups: [{ ref: "${ref}" }]\n`
    : `${head('Contract', 'release')}  policies: { materials: [{ ref: "${ref}" }] }\n`

function apply(
  text: string,
  { files = {}, actor = world.operator, source = documentSource, dryRun = false } = {},
) {
  const sent = Object.entries<string>(files).map(([location, content]) => ({
    location,
    content: Buffer.from(content),
  }))
  return withClosures({ db: world.db, documentSource: source }, { actor, files: sent }, (closing) =>
    applyContract({ db: world.db, ...closing }, actor, { rawContract: Buffer.from(text), dryRun }),
  )
}

async function latest(name = 'release') {
  return getRevision(world.db, await getContract(world.db, world.operator, { name }), 0)
}

test('what a contract refers to is fetched once, pinned, and stays what it was', async () => {
  published.set('/p.yaml', policy('p'))
  await apply(contract(`${address}/p.yaml`))
  published.set('/p.yaml', policy('p', 'changed'))

  const { pins } = await latest()
  const digest = sha256(Buffer.from(policy('p')))
  const location = `${address}/p.yaml`

  expect(asked.map(({ path }) => path)).toEqual(['/p.yaml'])
  expect(pins).toEqual([
    {
      kind: 'policy',
      reference: location,
      referrer: '',
      location,
      digest,
      size: policy('p').length,
    },
  ])
  const wish = { digest, contractName: 'release', revision: 1 }
  expect(Buffer.from(await getPinnedDocument(world, world.operator, wish)).toString()).toBe(
    policy('p'),
  )
})

test('the same contract is a new revision where what it refers to has changed, and only there', async () => {
  published.set('/p.yaml', policy('p'))
  const text = contract(`${address}/p.yaml`)
  const outcomes = [await apply(text), await apply(text)]
  published.set('/p.yaml', policy('p', 'changed'))
  outcomes.push(await apply(text, { dryRun: true }), await apply(text), await apply(text))

  expect(outcomes.map(({ status, revision }) => `${status} ${revision}`)).toEqual([
    'created 1',
    'unchanged 1',
    'updated 2',
    'updated 2',
    'unchanged 2',
  ])
  expect(await world.audited()).toEqual(['contract.created', 'contract.revised'])
})

test('nothing of the caller is sent along', async () => {
  published.set('/p.yaml', policy('p'))
  await apply(contract(`${address}/p.yaml`))

  expect(Object.keys(asked[0]?.headers ?? {}).toSorted()).toEqual(
    expect.not.arrayContaining(['authorization', 'cookie', 'chainloop-organization']),
  )
})

test('a provider is asked by name, without credentials; what its groups name is there, too', async () => {
  const data = {
    apiVersion: 'chainloop.dev/v1',
    kind: 'PolicyGroup',
    metadata: { name: 'g' },
    spec: { policies: { materials: [{ policies: [{ ref: 'acme/p' }] }] } },
  }
  const raw = { body: Buffer.from(policy('p')).toString('base64'), format: 'FORMAT_YAML' }
  const all = 'include_all_versions=true'
  published.set(`/v1/groups/g?${all}`, JSON.stringify({ data }))
  published.set(`/v1/policies/p?${all}&organization_name=acme`, JSON.stringify({ raw }))
  await apply(contract('known:g', true))

  expect((await latest()).pins).toMatchObject([
    { location: 'chainloop://known:g' },
    { location: 'chainloop://known:acme/p', digest: sha256(Buffer.from(policy('p'))) },
  ])
  expect(asked.flatMap(({ headers }) => Object.keys(headers))).toEqual(
    expect.not.arrayContaining(['authorization', 'cookie', 'chainloop-organization']),
  )
})

test.each(['', '[]', '{"raw": {"body": "!"}}', '{"data": 1}'])(
  'a provider that answers %j has answered nothing',
  async (answer) => {
    published.set('/v1/policies/p?include_all_versions=true', answer)

    await expect(apply(contract('known:p'))).toFailWith('invalid', 'the provider answers with no')
  },
)

test('nobody makes the server fetch anything who may not write the contract', async () => {
  published.set('/p.yaml', policy('p'))
  const text = contract(`${address}/p.yaml`)
  const { project } = await world.workflow({ name: 'build' })
  const attester = world.attester(project)

  await expect(apply(text, { actor: attester })).toFailWith('forbidden')
  await expect(
    withClosures({ db: world.db, documentSource }, { actor: attester, files: [] }, (closing) =>
      findOrCreateWorkflow({ db: world.db, ...closing }, attester, {
        name: 'build',
        projectName: 'app',
        contractName: '',
        contractBytes: Buffer.from(text),
      }),
    ),
  ).toFailWith('forbidden')
  expect(asked).toEqual([])
})

test('files are taken from what was sent along, and the materials of a group count', async () => {
  const group = `${head('PolicyGroup', 'g')}  policies: { materials: [{ type: SARIF, name: scan, policies: [{ ref: "file://p.yaml" }] }] }\n`
  const files = { 'file://policies/g.yaml': group, 'file://policies/p.yaml': policy('p') }
  await apply(contract('file://policies/g.yaml', true), { files })

  const revision = await latest()
  const { document } = await effectiveContract(world.db, {
    organizationId: world.organization.id,
    revision,
  })

  expect(revision.pins.map(({ kind, location }) => `${kind} ${location}`)).toEqual([
    'policy_group file://policies/g.yaml',
    'policy file://policies/p.yaml',
  ])
  expect(document.spec.materials.map(({ name, type }) => `${name} ${type}`)).toEqual(['scan SARIF'])
})

test.each([
  [
    'file://p.yaml',
    'was not sent along: apply the contract with `chainloop workflow contract apply`',
  ],
  ['sbom-quality', 'there is no policy sbom-quality in this organization: store it with'],
  ['chainloop://acme/sbom', 'is of another organization'],
  ['vendor:sbom', 'knows no policy provider vendor'],
  ['known:sbom@3', 'not by version'],
  ['known:sbom', 'answered with status 404'],
  ['http://policies.example/p.yaml', 'http:// without @sha256:<hex>'],
  ['https://169.254.169.254/p.yaml', 'cannot be fetched'],
  ['https://localhost/p.yaml', 'cannot be fetched'],
])('%s is refused: %s', async (ref, message) => {
  const failing = apply(contract(ref))

  await expect(failing).toFailWith('invalid', message)
  await expect(getContract(world.db, world.operator, { name: 'release' })).toFailWith('not_found')
})

test.each([
  ['is not there', undefined, 'answered with status 404'],
  ['is no policy', 'hello', 'must be an object'],
  ['is too large', `# ${'x'.repeat(5 << 20)}`, 'larger than 4194304 bytes'],
  ['says another digest', policy('p'), `not sha256:${'0'.repeat(64)} as the reference says`],
])('a document that %s is refused, and nothing is written', async (_, content, message) => {
  if (content !== undefined) published.set('/p.yaml', content)
  const digest = message.startsWith('not sha256') ? `@sha256:${'0'.repeat(64)}` : ''

  await expect(apply(contract(`${address}/p.yaml${digest}`))).toFailWith('invalid', message)
  expect(await world.audited()).toEqual([])
})

test('documents are read by those who may read the contract, and only where it pins them', async () => {
  published.set('/p.yaml', policy('p'))
  await apply(contract(`${address}/p.yaml`))
  await apply(contract('file://q.yaml'), { files: { 'file://q.yaml': policy('q') } })
  const digest = sha256(Buffer.from(policy('q')))
  const get = (actor = world.operator, revision = 2, contractName = 'release') =>
    getPinnedDocument(world, actor, { digest, contractName, revision })

  expect(Buffer.from(await get()).toString()).toBe(policy('q'))
  await expect(get(world.operator, 1)).toFailWith('not_found')
  await expect(get(world.operator, 2, '')).toFailWith('invalid')
  await expect(get(await world.foreigner())).toFailWith('not_found')
  const { project } = await world.workflow({ name: 'build' })
  await expect(get(world.attester(project))).toFailWith('not_found')
})
