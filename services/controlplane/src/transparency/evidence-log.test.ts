import { withLogEntry } from '@chainloop/attestation/bundle/bundle'
import type { JsonObject } from '@chainloop/attestation/json/json-value'
import { openCheckpoint, parseVerifierKey } from '@chainloop/attestation/merkle/checkpoint'
import { emptyTree, headOf, withLeaves } from '@chainloop/attestation/merkle/growing-tree'
import { leafHash } from '@chainloop/attestation/merkle/hashing'
import { verifyInclusion } from '@chainloop/attestation/merkle/verify-proof'
import { readRunEvent } from '@chainloop/attestation/transparency/run-event'
import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { VerificationFailed } from '@chainloop/attestation/verify/verification'
import { verifyBundle } from '@chainloop/attestation/verify/verify-bundle'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'
import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'
import { sql } from 'kysely'

import { craftBundle } from '../attestations/testing/craft.ts'
import { openStoreWorld, storeBundle } from '../attestations/testing/store-world.ts'
import type { StoreWorld } from '../attestations/testing/store-world.ts'
import { cancelRun } from '../runs/cancel-run.ts'
import { runActorOf } from '../runs/testing/run-world.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { listRunEvents } from './list-run-events.ts'
import { getLogHead, readLog, trustedRootWithLog } from './organization-log.ts'
import { proveAttestation } from './prove-attestation.ts'
import { sequenceLog } from './sequence-log.ts'

let world: StoreWorld
let bundle: Uint8Array
let digest: string
let root: Buffer

beforeAll(async () => {
  world = await openStoreWorld()
  const opened = await world.open()
  bundle = await craftBundle(world, opened)
  digest = await storeBundle(world, opened, bundle)
  await storeBundle(world, opened, bundle)
  const other = await world.open()
  await storeBundle(world, other, await craftBundle(world, other))
  const failed = await world.open()
  await cancelRun(world, runActorOf(failed), {
    runId: failed.run.id,
    trigger: 'failure',
    reason: '',
  })
  await sequence()
  root = await trustedRootWithLog(world, world.operator.organizationId, 'attestations')
})

afterAll(async () => world[Symbol.asyncDispose]())

const sequence = () => sequenceLog(world, world.operator.organizationId)

async function entryOf(attestation = digest): Promise<JsonObject> {
  return JSON.parse(
    Buffer.from(await proveAttestation(world, world.operator, attestation)).toString(),
  )
}

function verdict(bytes: Uint8Array): string {
  try {
    verifyBundle({ bundle: bytes, trust: parseTrustRoot(root) })
    return 'verified'
  } catch (cause) {
    if (!(cause instanceof VerificationFailed)) throw cause
    return cause.code
  }
}

function passesElsewhere(bytes: Uint8Array): boolean {
  const trust = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(root.toString())))
  try {
    new Verifier(trust).verify(
      toSignedEntity(bundleFromJSON(JSON.parse(Buffer.from(bytes).toString()))),
    )
    return true
  } catch {
    return false
  }
}

test('an exported attestation passes other verifiers by their defaults, and the received one stays as it is', async () => {
  const before = Buffer.from(bundle).toString('hex')
  const exported = withLogEntry(bundle, await entryOf())

  expect(passesElsewhere(exported)).toBe(true)
  expect(verdict(exported)).toBe('verified')
  expect(Buffer.from(bundle).toString('hex')).toBe(before)
  expect(await entryOf()).toEqual(await entryOf())
})

test('without its proof an attestation is refused by a root that lists the log', () => {
  expect(passesElsewhere(bundle)).toBe(false)
  expect(verdict(bundle)).toBe('log_entry_missing')
})

test('the proof of another entry, another root hash, or another size proves nothing', async () => {
  const { db } = world
  const entry = await entryOf()
  const others = await db
    .selectFrom('attestations')
    .select('digest')
    .where('organization_id', '=', world.operator.organizationId)
    .where('digest', '<>', digest)
    .executeTakeFirstOrThrow()
  const proof = entry['inclusionProof'] as JsonObject
  const changed = (change: JsonObject): Uint8Array =>
    withLogEntry(bundle, { ...entry, inclusionProof: { ...proof, ...change } })

  expect(verdict(withLogEntry(bundle, await entryOf(others.digest)))).toBe('log_entry_invalid')
  expect(verdict(changed({ rootHash: Buffer.alloc(32).toString('base64') }))).toBe(
    'log_entry_invalid',
  )
  expect(verdict(changed({ treeSize: '99' }))).toBe('log_entry_invalid')
  expect(verdict(changed({ logIndex: '7' }))).toBe('log_entry_invalid')
  expect(verdict(changed({ hashes: [] }))).toBe('log_entry_invalid')
})

test('who may not see an attestation gets no proof of it', async () => {
  const foreigner = actorOf(await insertOrganization(world.db, 'foreign'), 'operator')

  await expect(proveAttestation(world, foreigner, digest)).toFailWith('not_found')
})

test('each attestation is logged once, beside the events of its run', async () => {
  const kinds: string[] = []
  for await (const page of readLog(world, world.operator, 0)) {
    for (const { body } of page) {
      kinds.push(readRunEvent(body)?.event ?? JSON.parse(Buffer.from(body).toString()).kind)
    }
  }

  expect(kinds.toSorted()).toEqual([
    'failed',
    'hashedrekord',
    'hashedrekord',
    'opened',
    'opened',
    'opened',
    'succeeded',
    'succeeded',
  ])
})

test('events of a workflow are numbered without gaps, and each is proven by one head', async () => {
  const { head, pages } = await listRunEvents(world, world.operator, {
    projectName: 'web',
    workflowName: 'build',
    fromVersion: '',
    toVersion: '',
  })
  const tree = openCheckpoint(parseVerifierKey(head.verifierKeys[0] ?? ''), head.checkpoint)
  const sequences: (number | undefined)[] = []
  for await (const page of pages) {
    for (const { entry, proof } of page) {
      verifyInclusion(tree, { index: entry.position, leaf: leafHash(entry.body), proof })
      sequences.push(readRunEvent(entry.body)?.sequence)
    }
  }

  expect(sequences).toEqual([1, 2, 3, 4, 5, 6])
})

/** As somebody would who owns the database. */
async function tamper(statement: ReturnType<typeof sql>): Promise<void> {
  await sql`alter table log_entries disable trigger user`.execute(world.db)
  await statement.execute(world.db)
  await sql`alter table log_entries enable trigger user`.execute(world.db)
}

test('entries cannot be changed by who does not own the database, and who does is found out by a kept head', async () => {
  const { checkpoint, verifierKeys } = await getLogHead(world, world.operator)
  const kept = openCheckpoint(parseVerifierKey(verifierKeys[0] ?? ''), checkpoint)
  const rootNow = async (): Promise<string> => {
    let tree = emptyTree
    for await (const page of readLog(world, world.operator, 0)) {
      tree = withLeaves(
        tree,
        page.map(({ body }) => leafHash(body)),
      )
    }
    return Buffer.from(headOf(tree).root).toString('hex')
  }
  const edit = sql`update log_entries set body = decode('7b7d', 'hex') where position = 0`

  await expect(edit.execute(world.db)).rejects.toMatchObject({ message: /append|change/i })
  expect(await rootNow()).toBe(Buffer.from(kept.root).toString('hex'))
  await tamper(edit)
  expect(await rootNow()).not.toBe(Buffer.from(kept.root).toString('hex'))
})
