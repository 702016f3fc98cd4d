import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, beforeEach, test } from '@jest/globals'

import type { Database } from '../db/open-database.ts'
import { openTestDatabase } from '../testing/database.ts'
import { contractText, operatorWorld, type OperatorWorld } from '../testing/operator.ts'
import { applyContract } from './apply-contract.ts'
import { createContract } from './create-contract.ts'
import { deleteContract } from './delete-contract.ts'
import { getContract, getRevision } from './get-contract.ts'
import { listContracts } from './list-contracts.ts'
import { updateContract } from './update-contract.ts'

const EVERYTHING = { number: 1, size: 1000 }

let database: Database
let world: OperatorWorld

beforeAll(async () => {
  database = await openTestDatabase()
})

beforeEach(async () => {
  world = await operatorWorld(database.db)
})

afterAll(async () => database[Symbol.asyncDispose]())

function create(name: string, rawContract = contractText(name)) {
  const input = { name, rawContract, description: undefined, project: undefined }
  return createContract(world, world.operator, input)
}

function update(name: string, rawContract: Uint8Array, actor = world.operator) {
  return updateContract(world, actor, { name, rawContract, description: undefined })
}

test('a revision keeps the very bytes, comments, spaces and line ends included', async () => {
  const raw = Buffer.from(
    '# mine\r\napiVersion: "chainloop.dev/v1"\r\nkind: Contract\r\nmetadata: { name: release }\r\nspec:\r\n  materials: []   \r\n\r\n',
  )

  const contract = await create('release', raw)
  const revision = await getRevision(world.db, contract, 1)

  expect(Buffer.from(revision.rawBody)).toEqual(raw)
  expect(revision).toMatchObject({ revision: 1, format: 'yaml' })
  expect(contract.latestRevision).toBe(1)
})

test('JSON is told from YAML', async () => {
  const raw = Buffer.from(
    JSON.stringify({
      apiVersion: 'chainloop.dev/v1',
      kind: 'Contract',
      metadata: { name: 'j' },
      spec: {},
    }),
  )

  const contract = await create('', raw)

  expect(contract.name).toBe('j')
  expect((await getRevision(world.db, contract, 0)).format).toBe('json')
})

test('a revision is written only where the bytes differ', async () => {
  await create('release')

  const same = await update('release', contractText('release'))
  const other = await update('release', contractText('release', 'other'))
  const back = await update('release', contractText('release'))

  expect([same, other, back].map(({ revision }) => revision.revision)).toEqual([1, 2, 3])
  expect(await world.audited()).toEqual([
    'contract.created',
    'contract.revised',
    'contract.revised',
  ])
})

test('writers of one contract get one revision each, without gaps', async () => {
  const contract = await create('release')

  await Promise.all(
    Array.from({ length: 8 }, (_, i) => update('release', contractText('release', `m${i}`))),
  )

  const after = await getContract(world.db, world.operator, { name: 'release' })
  const all = await Promise.all(
    Array.from({ length: after.latestRevision }, (_, i) => getRevision(world.db, contract, i + 1)),
  )
  expect(after.latestRevision).toBe(9)
  expect(new Set(all.map(({ digest }) => digest)).size).toBe(9)
})

test('of those who apply one new contract at the same time, one creates it', async () => {
  const apply = (material: string) =>
    applyContract(world, world.operator, {
      rawContract: contractText('release', material),
      dryRun: false,
    })

  const same = await Promise.all(Array.from({ length: 6 }, () => apply('binary')))
  const different = await Promise.all(Array.from({ length: 6 }, (_, i) => apply(`m${i}`)))

  expect(same.map(({ status, revision }) => `${status} ${revision}`).toSorted()).toEqual([
    'created 1',
    ...Array.from({ length: 5 }, () => 'unchanged 1'),
  ])
  expect(different.map(({ status }) => status)).toEqual(different.map(() => 'updated'))
  expect(different.map(({ revision }) => revision).toSorted((a, b) => a - b)).toEqual([
    2, 3, 4, 5, 6, 7,
  ])
})

test('a malformed contract is refused with every problem, its path and line, and leaves nothing', async () => {
  const raw = Buffer.from(
    'apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata:\n  name: release\nspec:\n  materials:\n    - type: NOT_A_KIND\n      name: a\n    - type: ARTIFACT\n      name: "Not A Name"\n',
  )

  const failing = create('release', raw)

  await expect(failing).toFailWith('invalid', /line 7/)
  const error = await failing.catch(
    (cause: unknown) => cause as { reason: string; metadata: { problems: string } },
  )
  expect(error).toMatchObject({ reason: 'INVALID_CONTRACT' })
  const problems = JSON.parse((error as { metadata: { problems: string } }).metadata.problems) as {
    line: number
  }[]
  expect(problems.map(({ line }) => line)).toEqual([7, 10])
  expect((await listContracts(world, world.operator, EVERYTHING)).totalCount).toBe(0)
})

test.each([
  ['nothing but noise', Buffer.from([0xff, 0xfe, 0x00, 0x01])],
  ['an empty object', Buffer.from('{}')],
  ['a list', Buffer.from('- a\n- b\n')],
  [
    'a YAML bomb',
    Buffer.from(
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
        .split('')
        .map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(',')}]`)
        .join('\n')}`,
    ),
  ],
])('%s is no contract', async (_what, raw) => {
  await expect(create('release', raw)).toFailWith('invalid')
})

test("the name given and the document's have to agree", async () => {
  await expect(create('other', contractText('release'))).toFailWith('invalid', /release, not other/)
})

test('names are unique within an organization, and free again after a delete', async () => {
  await create('release')
  await expect(create('release')).toFailWith('already_exists')

  await deleteContract(world, world.operator, { name: 'release' })
  await create('release')
})

test('another organization neither sees nor collides', async () => {
  const foreign = await world.foreigner()
  await create('release')

  await expect(getContract(world.db, foreign, { name: 'release' })).toFailWith('not_found')
  await expect(update('release', contractText('release', 'x'), foreign)).toFailWith('not_found')
  await expect(deleteContract(world, foreign, { name: 'release' })).toFailWith('not_found')
  expect(await listContracts(world, foreign, EVERYTHING)).toEqual({ items: [], totalCount: 0 })
})

test('a contract in use cannot be deleted, and says who uses it', async () => {
  await create('release')
  await world.workflow({ name: 'build', contractName: 'release' })

  await expect(deleteContract(world, world.operator, { name: 'release' })).toFailWith(
    'conflict',
    'app/build',
  )
})

test('applying creates, then updates, then changes nothing; a dry run only says so', async () => {
  const apply = (raw: Uint8Array, dryRun = false) =>
    applyContract(world, world.operator, { rawContract: raw, dryRun })
  const outcomes = [
    await apply(contractText('release'), true),
    await apply(contractText('release')),
    await apply(contractText('release', 'x'), true),
    await apply(contractText('release', 'x')),
    await apply(contractText('release', 'x')),
    await apply(contractText('release', 'x'), true),
  ]

  expect(outcomes.map(({ status, revision }) => `${status} ${revision}`)).toEqual([
    'created 1',
    'created 1',
    'updated 2',
    'updated 2',
    'unchanged 2',
    'unchanged 2',
  ])
})

test('an attester reads the contracts of its own project and no others', async () => {
  const { project } = await world.workflow({ name: 'build' })
  await world.workflow({ name: 'build', projectName: 'secret' })
  await create('unused')
  const attester = world.attester(project)

  expect((await listContracts(world, attester, EVERYTHING)).items.map(({ name }) => name)).toEqual([
    'app-build',
  ])
  await getContract(world.db, attester, { name: 'app-build' })
  await expect(getContract(world.db, attester, { name: 'secret-build' })).toFailWith('not_found')
  await expect(getContract(world.db, attester, { name: 'unused' })).toFailWith('not_found')
})

test("an attester that was granted it updates its project's contract, but not one of the organization", async () => {
  await create('shared')
  const { project } = await world.workflow({ name: 'build' })
  await world.workflow({ name: 'test', contractName: 'shared' })
  const plain = world.attester(project)
  const granted = world.attester(project, { rights: ['contract:update'] })

  await expect(update('app-build', contractText('app-build'), plain)).toFailWith('forbidden')
  await update('app-build', contractText('app-build'), granted)
  await expect(update('shared', contractText('shared', 'y'), granted)).toFailWith('forbidden')
})

test('there are no revisions but those that were written', async () => {
  const contract = await create('release')

  await expect(getRevision(world.db, contract, 2)).toFailWith('not_found')
  await expect(getRevision(world.db, contract, -1)).toFailWith('invalid')
})

test('contracts are listed by name, page by page, with how many there are', async () => {
  for (const name of ['c', 'a', 'b']) await create(name)
  const page = async (number: number) => {
    const { items, totalCount } = await listContracts(world, world.operator, { number, size: 2 })
    return [items.map(({ name }) => name), totalCount]
  }

  expect(await page(1)).toEqual([['a', 'b'], 3])
  expect(await page(2)).toEqual([['c'], 3])
  expect(await page(3)).toEqual([[], 3])
})
