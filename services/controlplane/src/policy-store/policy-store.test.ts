import { sha256 } from '@chainloop/attestation/digest'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, beforeEach, test } from '@jest/globals'

import type { Actor } from '../auth/actor.ts'
import { applyContract } from '../contracts/apply-contract.ts'
import { withClosures } from '../contracts/closing.ts'
import type { Database } from '../db/open-database.ts'
import { cursorPage } from '../pages.ts'
import { setDefault } from '../policy-defaults/manage-defaults.ts'
import { createDocumentSource, type DocumentSource } from '../policy-documents/document-source.ts'
import { openTestDatabase } from '../testing/database.ts'
import { operatorWorld, type OperatorWorld } from '../testing/operator.ts'
import { actorOf } from '../testing/world.ts'
import { type AppliedPolicy, applyPolicy } from './apply-policy.ts'
import { containPolicy } from './contain-policy.ts'
import { deletePolicy } from './delete-policy.ts'
import { describePolicy, listPolicies, readPolicy } from './read-policies.ts'
import { storedDocuments } from './stored-documents.ts'

const stack = new AsyncDisposableStack()
let database: Database
let documentSource: DocumentSource
let world: OperatorWorld
beforeAll(async () => {
  database = stack.use(await openTestDatabase())
  documentSource = stack.use(createDocumentSource([]))
})
beforeEach(async () => {
  world = await operatorWorld(database.db)
})
afterAll(() => stack.disposeAsync())

const ALL = { kind: undefined, page: cursorPage(undefined) }

const head = (kind: string, name: string) =>
  `apiVersion: chainloop.dev/v1\nkind: ${kind}\nmetadata: { name: ${name}, description: what it says }\nspec:\n`
const policy = (name: string, script = 'package main') =>
  `${head('Policy', name)}  policies: [{ kind: SARIF, embedded: "${script}" }]\n`
const group = (name: string, ref: string) =>
  `${head('PolicyGroup', name)}  policies: { materials: [{ policies: [{ ref: "${ref}" }] }] }\n`

interface Options {
  readonly files?: Readonly<Record<string, string>>
  readonly dryRun?: boolean
  readonly actor?: Actor
}

async function apply(text: string, options: Options = {}): Promise<AppliedPolicy> {
  const { files = {}, dryRun = false, actor = world.operator } = options
  const sent = Object.entries(files).map(([location, content]) => ({
    location,
    content: Buffer.from(content),
  }))
  const load = documentSource.loaderWith(sent, storedDocuments(world.db, actor))
  const contained = await containPolicy(Buffer.from(text), load)
  return applyPolicy(world, actor, { policy: contained, dryRun })
}

const read = async (reference: string, actor = world.operator): Promise<string> => {
  const { content } = await readPolicy(world, actor, { reference, kind: undefined })
  return Buffer.from(content).toString()
}

const said = ({ status, version }: AppliedPolicy) => `${status} ${version.version}`

test('a document is a version of its own where it says something else, and only there', async () => {
  const outcomes = [
    await apply(policy('p'), { dryRun: true }),
    await apply(policy('p')),
    await apply(policy('p')),
    await apply(policy('p', 'package b'), { dryRun: true }),
    await apply(policy('p', 'package b')),
    await apply(policy('p')),
  ]

  expect(outcomes.map(said)).toEqual([
    'created 1',
    'created 1',
    'unchanged 1',
    'updated 2',
    'updated 2',
    'updated 3',
  ])
  expect(await world.audited()).toEqual(['policy.applied', 'policy.applied', 'policy.applied'])
})

test('it is found by name, version and digest, by its own organization alone', async () => {
  await apply(policy('p'))
  await apply(policy('p', 'package b'))
  const digest = sha256(Buffer.from(policy('p')))
  const { organizationName } = world.operator

  expect(await read('p')).toBe(policy('p', 'package b'))
  expect(await read('p@1')).toBe(policy('p'))
  expect(await read(`p@${digest}`)).toBe(policy('p'))
  expect(await read(`chainloop://${organizationName}/p@2`)).toBe(policy('p', 'package b'))
  await expect(read(`p@2@${digest}`)).toFailWith('not_found')
  await expect(read('p@3')).toFailWith('not_found')
  await expect(read('other/p')).toFailWith('invalid')
  await expect(read('vendor:p')).toFailWith('invalid')
  const foreigner = await world.foreigner()
  await expect(read('p', foreigner)).toFailWith('not_found')
  await expect(read(`p@${digest}`, foreigner)).toFailWith('not_found')
})

test('scripts and files become part of it; a group names policies by digest', async () => {
  const files = {
    'file://p.rego': 'package p',
    'file://q.yaml': `${head('Policy', 'q')}  policies: [{ ref: p.rego, kind: SARIF }]\n`,
  }
  await apply(`${head('Policy', 'p')}  policies: [{ ref: p.rego }]\n`, { files })
  await apply(group('by-name', 'p'))
  await apply(group('by-file', 'file://q.yaml'), { files })
  await apply(policy('p', 'package changed'))

  expect(await read('p@1')).toContain('package p')
  const { digest } = (
    await describePolicy(world, world.operator, { reference: 'p@1', kind: undefined })
  ).version
  expect(await read('by-name')).toContain(`p@${digest}`)
  expect(await read('by-file')).toContain('package p')
})

test.each<[string, string, string | RegExp]>([
  ['no policy', 'kind: Contract\n', 'the document is a Contract'],
  ['a policy with mistakes', `${head('Policy', 'p')}  nonsense: 1\n`, 'nonsense'],
  [
    'a script that was not sent',
    `${head('Policy', 'p')}  policies: [{ ref: p.rego }]\n`,
    'was not sent along',
  ],
  ['a name that is nowhere', group('g', 'nowhere'), 'there is no policy nowhere'],
  ['a name that is too long', policy('p'.repeat(64)), 'is not a policy name'],
])('%s is refused', async (_, text, message) => {
  await expect(apply(text)).toFailWith('invalid', message)
  expect(await listPolicies(world, world.operator, ALL)).toMatchObject({ items: [] })
})

test('only operators write; whoever may read policies reads', async () => {
  const viewer = actorOf(world.organization, 'viewer')
  const { project } = await world.workflow({ name: 'build' })
  await expect(apply(policy('p'), { actor: viewer })).toFailWith('forbidden')
  await apply(policy('p'))

  expect(await read('p', viewer)).toBe(policy('p'))
  expect(await read('p', world.attester(project))).toBe(policy('p'))
  const wish = { name: 'p', kind: 'policy' } as const
  await expect(deletePolicy(world, viewer, wish)).toFailWith('forbidden')
})

test('a contract is closed over what a name stands for, and applied again takes the latest', async () => {
  await apply(policy('p'))
  await apply(group('g', 'p'))
  const text = `${head('Contract', 'release')}  policies: { materials: [{ ref: p }] }\n  policyGroups: [{ ref: g }]\n`
  const applyIt = () =>
    withClosures(
      { db: world.db, documentSource },
      { actor: world.operator, files: [] },
      (closing) =>
        applyContract({ db: world.db, ...closing }, world.operator, {
          rawContract: Buffer.from(text),
          dryRun: false,
        }),
    )
  const first = await applyIt()
  await apply(policy('p', 'package b'))
  const second = await applyIt()
  const digest = sha256(Buffer.from(policy('p')))

  expect(first.pins.map(({ kind, location }) => `${kind} ${location}`)).toEqual([
    'policy_group chainloop://g',
    'policy chainloop://p',
    `policy chainloop://p@${digest}`,
  ])
  expect([first.revision, second.revision]).toEqual([1, 2])
  expect(second.pins[1]?.digest).toBe(sha256(Buffer.from(policy('p', 'package b'))))
  expect(second.pins[2]?.digest).toBe(digest)
  const described = await describePolicy(world, world.operator, { reference: 'p', kind: 'policy' })
  expect(described).toMatchObject({
    contracts: ['release'],
    versions: [{ version: 2 }, { version: 1 }],
  })
})

test('what is deleted has no name any more, stays by digest, and goes on counting', async () => {
  await apply(policy('p'))
  const digest = sha256(Buffer.from(policy('p')))
  await deletePolicy(world, world.operator, { name: 'p', kind: 'policy' })

  await expect(read('p')).toFailWith('not_found')
  expect(await read(`p@${digest}`)).toBe(policy('p'))
  expect(await listPolicies(world, world.operator, ALL)).toMatchObject({ items: [] })
  await expect(deletePolicy(world, world.operator, { name: 'p', kind: 'policy' })).toFailWith(
    'not_found',
  )
  expect(said(await apply(policy('p')))).toBe('created 1')
  await deletePolicy(world, world.operator, { name: 'p', kind: 'policy' })
  expect(said(await apply(policy('p', 'package b')))).toBe('created 2')
})

test('a default of the organization is not deleted', async () => {
  await apply(policy('p'))
  const wanted = { reference: 'p', kind: undefined, with: {}, gate: true, shadow: false }
  await setDefault(world, world.operator, wanted)

  await expect(deletePolicy(world, world.operator, { name: 'p', kind: 'policy' })).toFailWith(
    'conflict',
  )
})

test('a policy and a group may have the same name', async () => {
  await apply(policy('same'))
  await apply(group('same', 'same'))

  const { items } = await listPolicies(world, world.operator, ALL)
  expect(items.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'policy same',
    'policy_group same',
  ])
  const { version } = await describePolicy(world, world.operator, {
    reference: 'same',
    kind: 'policy_group',
  })
  expect(version.kind).toBe('policy_group')
})

test('two who apply at once each get a version', async () => {
  const both = await Promise.all([apply(policy('p')), apply(policy('p', 'package b'))])

  expect(new Set(both.map(({ version }) => version.version))).toEqual(new Set([1, 2]))
})
