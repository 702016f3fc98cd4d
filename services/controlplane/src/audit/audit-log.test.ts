import { createPublicKey, generateKeyPairSync } from 'node:crypto'

import {
  InvalidCheckpoint,
  noteSigner,
  openCheckpoint,
  signCheckpoint,
} from '@chainloop/attestation/merkle/checkpoint'
import {
  type TreeHead,
  verifyConsistency,
  verifyInclusion,
} from '@chainloop/attestation/merkle/verify-proof'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { sql } from 'kysely'

import type { Database } from '../db/open-database.ts'
import * as logs from '../evidence-logs/log-repo.ts'
import { proveConsistency, proveInclusion } from '../evidence-logs/prove.ts'
import { openTestDatabase } from '../testing/database.ts'
import { operatorWorld, type OperatorWorld } from '../testing/operator.ts'
import { auditLeaf } from './audit-leaf.ts'
import { record } from './audit.ts'
import { auditOrigin, sequenceAudit } from './sequence-audit.ts'
import { ChangedHistory, verifyAudit } from './verify-audit.ts'

const key = generateKeyPairSync('ed25519').privateKey
const publicKey = createPublicKey(key)

let database: Database
let world: OperatorWorld
let organizationId: string

beforeAll(async () => {
  database = await openTestDatabase()
})

beforeEach(async () => {
  world = await operatorWorld(database.db)
  organizationId = world.organization.id
})

afterAll(async () => database[Symbol.asyncDispose]())

async function happen(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    await record(world.db, {
      organizationId,
      actor: world.operator,
      action: 'thing.happened',
      targetType: 'thing',
      targetId: String(i),
      details: { b: 1, a: { z: 'ü', y: [1.5, null, true] } },
    })
  }
}

const sequence = () =>
  sequenceAudit({ db: world.db, issuer: 'test', keys: { signers: [noteSigner(key)] } })

async function head(): Promise<TreeHead> {
  const log = await logs.find(world.db, { organizationId, kind: 'audit' })
  const checkpoint = log && (await logs.findHead(world.db, log))
  return openCheckpoint(
    { origin: auditOrigin('test', organizationId), publicKey },
    checkpoint ?? '',
  )
}

/** As somebody would who owns the database. */
async function tamper(statement: ReturnType<typeof sql>): Promise<void> {
  for (const table of ['audit_entries', 'audit_positions']) {
    await sql`alter table ${sql.table(table)} disable trigger user`.execute(world.db)
  }
  await statement.execute(world.db)
  for (const table of ['audit_entries', 'audit_positions']) {
    await sql`alter table ${sql.table(table)} enable trigger user`.execute(world.db)
  }
}

test('entries get their place once, and every head continues the ones before', async () => {
  await happen(3)
  await sequence()
  const first = await head()
  await happen(4)
  await sequence()
  await sequence()
  const second = await head()

  const log = await logs.find(world.db, { organizationId, kind: 'audit' })
  const proof =
    log && (await proveConsistency(world.db, log, { earlier: first.size, size: second.size }))

  expect([first.size, second.size]).toEqual([3, 7])
  verifyConsistency(first, second, proof ?? [])
  await verifyAudit(world.db, { organizationId, head: first })
  await verifyAudit(world.db, { organizationId, head: second })
})

test('every entry is proven to be in the log', async () => {
  await happen(5)
  await sequence()
  const signed = await head()
  const log = await logs.find(world.db, { organizationId, kind: 'audit' })
  const rows = await world.db
    .selectFrom('audit_entries')
    .innerJoin('audit_positions', 'audit_positions.entry_id', 'audit_entries.id')
    .where('audit_entries.organization_id', '=', organizationId)
    .selectAll('audit_entries')
    .select('position')
    .execute()

  for (const { position, ...row } of rows) {
    const proof =
      log && (await proveInclusion(world.db, log, { index: position, size: signed.size }))
    verifyInclusion(signed, { index: position, leaf: auditLeaf(row), proof: proof ?? [] })
  }
  expect(rows).toHaveLength(5)
})

test('the logs of two organizations do not touch', async () => {
  const other = await world.foreigner()
  await happen(2)
  await record(world.db, {
    organizationId: other.organizationId,
    actor: other,
    action: 'x.y',
    targetType: 'x',
    targetId: '1',
  })
  await sequence()

  expect((await head()).size).toBe(2)
})

test.each([
  [
    'a changed detail',
    () =>
      sql`update audit_entries set details = '{"a":2}' where target_id = '2' and organization_id = ${organizationId}`,
  ],
  [
    'a changed actor',
    () =>
      sql`update audit_entries set actor_name = 'somebody' where target_id = '2' and organization_id = ${organizationId}`,
  ],
  [
    'a changed time',
    () =>
      sql`update audit_entries set created_at = created_at + interval '1 ms' where target_id = '2' and organization_id = ${organizationId}`,
  ],
  [
    'entries that were moved',
    () =>
      sql`update audit_positions set position = 5 - position + 100 where organization_id = ${organizationId} and position in (2, 3)`,
  ],
  [
    'a removed entry',
    () =>
      sql`delete from audit_positions where organization_id = ${organizationId} and position = 2`,
  ],
  [
    'a cut-off end',
    () =>
      sql`delete from audit_positions where organization_id = ${organizationId} and position >= 4`,
  ],
])('%s is found with a head that somebody kept', async (_what, statement) => {
  await happen(6)
  await sequence()
  const kept = await head()
  await verifyAudit(world.db, { organizationId, head: kept })

  await tamper(statement())

  await expect(verifyAudit(world.db, { organizationId, head: kept })).rejects.toThrow(
    ChangedHistory,
  )
})

test('a checkpoint is believed only as its log has signed it', async () => {
  const origin = 'log.example/audit/1'
  const signers = [noteSigner(key)]
  const signed = await signCheckpoint({ origin, signers }, { size: 7, root: Buffer.alloc(32, 1) })
  const other = generateKeyPairSync('ed25519')
  const forged = [
    signed.replace('\n7\n', '\n8\n'),
    signed.replace('\n7\n', '\n07\n'),
    signed.replace('AQEB', 'AQEC'),
    signed.replaceAll(origin, 'log.example/audit/2'),
    signed.slice(0, signed.indexOf('—')),
    await signCheckpoint(
      { origin, signers: [noteSigner(other.privateKey)] },
      { size: 7, root: Buffer.alloc(32, 1) },
    ),
    `${signed.split('\n\n')[0]}\nmore\n\n${signed.split('\n\n')[1]}`,
    '',
    '\n\n',
  ]

  expect(openCheckpoint({ origin, publicKey }, signed)).toEqual({
    size: 7,
    root: Buffer.alloc(32, 1),
  })
  expect(openCheckpoint({ origin, publicKey }, `${signed}— witness.example AAAAAA==\n`).size).toBe(
    7,
  )
  for (const text of forged) {
    expect(() => openCheckpoint({ origin, publicKey }, text)).toThrow(InvalidCheckpoint)
  }
})
