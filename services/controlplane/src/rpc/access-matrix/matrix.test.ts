import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { DescMessage, DescMethod } from '@bufbuild/protobuf'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { accessOf, procedure } from '../access.ts'
import { type MatrixRow, readMatrix, renderAccess, writeMatrix } from './render.ts'
import { REQUESTS } from './requests.ts'
import { type AccessWorld, openAccessWorld, type Target } from './world.ts'

const GOLDEN = join(import.meta.dirname, 'matrix.golden.txt')
const DOCS = join(import.meta.dirname, '../../../../../docs/access.md')

let world: AccessWorld

beforeAll(async () => {
  world = await openAccessWorld()
})

afterAll(async () => world[Symbol.asyncDispose]())

const TARGETS = ['own', 'other', 'foreign'] as const satisfies readonly Target[]

/** Targets that cannot be told apart in the request, or are answered alike, share a row. */
async function rowsOf(method: DescMethod): Promise<MatrixRow[]> {
  const rows = new Map<string, { targets: string[]; outcomes: string[] }>()
  const asked = new Map<string, string[]>()
  for (const target of TARGETS) {
    const request = REQUESTS[procedure(method)]?.(world.places[target]) ?? {}
    const text = JSON.stringify(request)
    const outcomes = asked.get(text) ?? (await outcomesOf(method, request))
    asked.set(text, outcomes)
    const row = rows.get(outcomes.join()) ?? { targets: [], outcomes }
    row.targets.push(target)
    rows.set(outcomes.join(), row)
  }
  const needed = accessOf(method) ?? 'nobody'
  return [...rows.values()].map((row) => ({ procedure: procedure(method), needed, ...row }))
}

async function outcomesOf(
  method: DescMethod,
  request: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  const outcomes: string[] = []
  for (const { actor } of world.callers) {
    outcomes.push((await world.api.attempt(actor, { method, request })).outcome)
  }
  return outcomes
}

test('every role, every call, own, other and foreign: as it was reviewed', async () => {
  const rows: MatrixRow[] = []
  for (const method of world.methods) rows.push(...(await rowsOf(method)))
  const callers = world.callers.map(({ name }) => name)
  const found = writeMatrix({
    callers,
    rows: rows.toSorted((one, other) => (one.procedure < other.procedure ? -1 : 1)),
  })
  if (process.env['UPDATE_GOLDEN']) {
    await writeFile(GOLDEN, found)
    await writeFile(DOCS, renderAccess(readMatrix(found)))
  }

  expect(found.split('\n')).toEqual((await readFile(GOLDEN, 'utf8')).split('\n'))
})

test('docs/access.md is what the matrix says', async () => {
  const golden = readMatrix(await readFile(GOLDEN, 'utf8'))

  expect(await readFile(DOCS, 'utf8')).toBe(renderAccess(golden))
})

/** What a list without pages is bounded by. */
const BOUNDED: Readonly<Record<string, string>> = {
  'controlplane.v1.IntegrationsService/ListAvailable': 'the plugins of the installation',
  'contracts.v1.ContractDocumentService/List': 'what one contract may refer to',
  'quotas.v1.QuotaService/List': 'one for each resource',
}

test('every list has pages', () => {
  const has = ({ fields }: DescMessage): boolean =>
    fields.some(({ name }) => /^(?:pagination|cursor|next_cursor)$/.test(name))
  const lists = world.methods.filter(
    ({ name, methodKind }) => name.startsWith('List') && methodKind === 'unary',
  )
  const endless = lists.filter(({ input, output }) => !has(input) || !has(output))

  expect(endless.map(procedure).toSorted()).toEqual(Object.keys(BOUNDED).toSorted())
})

/** A name that only another organization uses makes a new project of one's own; asking to share changes nothing of it. */
const MAKES_ITS_OWN = new Set([
  'controlplane.v1.AttestationService/FindOrCreateWorkflow',
  'controlplane.v1.WorkflowService/Create',
  'referrers.v1.SharingService/Request',
])

test('nothing of another organization is ever answered with yes', async () => {
  const { callers, rows } = readMatrix(await readFile(GOLDEN, 'utf8'))
  const named = rows.filter(
    ({ procedure: name, targets }) =>
      name in REQUESTS && !MAKES_ITS_OWN.has(name) && targets.join() === 'foreign',
  )
  const wrong = named.flatMap(({ procedure: name, outcomes }) =>
    outcomes.flatMap((outcome, at) => (outcome === 'yes' ? [`${callers[at] ?? ''}: ${name}`] : [])),
  )

  expect(named.length).toBeGreaterThan(40)
  expect(wrong).toEqual([])
})
