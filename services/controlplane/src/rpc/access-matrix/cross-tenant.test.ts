import {
  type DescField,
  type DescMessage,
  type DescMethod,
  ScalarType,
  toJson,
} from '@bufbuild/protobuf'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { sql } from 'kysely'

import type { Actor } from '../../auth/actor.ts'
import type { Db } from '../../db/db.ts'
import { procedure } from '../access.ts'
import type { Place } from './place.ts'
import { REQUESTS } from './requests.ts'
import { type AccessWorld, openAccessWorld } from './world.ts'

let world: AccessWorld

beforeAll(async () => {
  world = await openAccessWorld()
})

afterAll(async () => world[Symbol.asyncDispose]())

/** What could be named, of another organization. */
function foreignValues(): { readonly ids: readonly string[]; readonly names: readonly string[] } {
  // Every organization has a backend of that name.
  const { organization, backendName: _, ...place } = world.places.foreign
  const values = [
    ...Object.values(place).filter((value) => typeof value === 'string'),
    organization.id,
    organization.name,
  ]
  const isId = (value: string): boolean => /^[0-9a-f-]{36}$|^sha256:/.test(value)
  return { ids: values.filter(isId), names: values.filter((value) => !isId(value)) }
}

type Path = readonly string[]

/** Contents, which the server does not look things up by. */
const OPAQUE = /^(?:google|attestation)\./

/** Of every text that a message can carry, also in the messages within it. */
function textFields(message: DescMessage, depth = 0): Path[] {
  return message.fields.flatMap((field) => {
    if (isText(field)) return [[field.jsonName]]
    if (field.fieldKind === 'message' && depth < 3 && !OPAQUE.test(field.message.typeName)) {
      return textFields(field.message, depth + 1).map((path) => [field.jsonName, ...path])
    }
    return []
  })
}

function isText(field: DescField): boolean {
  const { fieldKind } = field
  return (fieldKind === 'scalar' || fieldKind === 'list') && field.scalar === ScalarType.STRING
}

type Json = Readonly<Record<string, unknown>>

/** The request with another value in one place; what cannot stand beside it is left out. */
function withValue(
  message: DescMessage,
  request: Json,
  { path: [name = '', ...rest], value }: { readonly path: Path; readonly value: string },
): Json {
  const field = message.fields.find(({ jsonName }) => jsonName === name)
  const others = Object.entries(request).filter(
    ([key]) => key !== name && !excludes(message, key, name),
  )
  const inner = request[name]
  const given = typeof inner === 'object' && inner !== null ? (inner as Json) : {}
  const nested = field?.fieldKind === 'message' ? field.message : message
  const leaf = field?.fieldKind === 'list' ? [value] : value
  return {
    ...Object.fromEntries(others),
    [name]: rest.length === 0 ? leaf : withValue(nested, given, { path: rest, value }),
  }
}

/** Members of a oneof exclude each other, and so do the id and the name of a reference. */
function excludes({ name: type, fields }: DescMessage, one: string, other: string): boolean {
  if (type === 'IdentityReference') return true
  const oneofOf = (name: string) => fields.find(({ jsonName }) => jsonName === name)?.oneof
  const oneof = oneofOf(one)
  return oneof !== undefined && oneof === oneofOf(other)
}

/** Texts that say nothing about what is meant. */
const FREE_TEXT =
  /description|reason|team|url|cursor|code|token|state|location|provider|client|type|scope|agent|purpose/i

function* requestsOf(method: DescMethod, own: Place) {
  const base = REQUESTS[procedure(method)]?.(own) ?? {}
  const { ids, names } = foreignValues()
  for (const path of textFields(method.input)) {
    const last = path.at(-1) ?? ''
    if (FREE_TEXT.test(last)) continue
    const isId = /id$|digest/i.test(last)
    for (const value of isId ? ids : names) {
      yield { value, request: withValue(method.input, base, { path, value }) }
    }
  }
}

/**
 * From now on every row of the organization that somebody writes or deletes is counted: by a sequence, because that is
 * not undone with the transaction.
 */
async function watch(db: Db, organizationId: string): Promise<() => Promise<number>> {
  await sql`create sequence watched`.execute(db)
  await sql`create function count_change() returns trigger language plpgsql as ${sql.lit(`
    begin
      if coalesce(new.organization_id, old.organization_id) = '${organizationId}' then
        perform nextval('watched');
      end if;
      return coalesce(new, old);
    end`)}`.execute(db)
  const { rows } = await sql<{ name: string }>`
    select distinct c.table_name as name from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.column_name = 'organization_id' and c.table_schema = current_schema()
      and t.table_type = 'BASE TABLE'`.execute(db)
  for (const { name } of rows) {
    await sql`create trigger watch after insert or update or delete on ${sql.table(name)}
      for each row execute function count_change()`.execute(db)
  }
  return async () => {
    const found = await sql<{ count: number }>`
      select case when is_called then last_value else 0 end::int as count from watched`.execute(db)
    return found.rows[0]?.count ?? 0
  }
}

function owner(): Actor {
  const actor = world.callers.find(({ name }) => name === 'owner')?.actor
  if (!actor) throw new Error('no owner')
  return actor
}

test('what another organization has is neither answered nor changed, in whichever field it is named', async () => {
  const { own, foreign } = world.places
  const { ids, names } = foreignValues()
  const changes = await watch(world.db, foreign.organization.id)
  const wrong: string[] = []
  let calls = 0

  for (const method of world.methods) {
    for (const { value, request } of requestsOf(method, own)) {
      calls += 1
      const { answer, outcome } = await world.api.attempt(owner(), { method, request })
      const asked = JSON.stringify(request)
      const told = typeof answer === 'string' ? answer : toText(method, answer)
      const leaked = [...ids, ...names].filter((one) => !asked.includes(one) && told.includes(one))
      const isBroken = outcome === 'internal' || outcome === 'unknown'
      if (isBroken || leaked.length > 0) {
        wrong.push(`${procedure(method)} ${value} ${asked}: ${outcome} ${leaked.join()}`)
      }
    }
    if ((await changes()) > 0) wrong.push(`${procedure(method)} changed what it was asked about`)
  }

  expect(calls).toBeGreaterThan(300)
  expect(wrong).toEqual([])
  await world.db
    .updateTable('projects')
    .set({ description: 'a change that is noticed' })
    .where('organization_id', '=', foreign.organization.id)
    .execute()
  expect(await changes()).toBe(1)
})

function toText(method: DescMethod, answer: unknown): string {
  const messages = Array.isArray(answer) ? answer : [answer]
  return JSON.stringify(messages.map((message) => toJson(method.output, message as never)))
}
