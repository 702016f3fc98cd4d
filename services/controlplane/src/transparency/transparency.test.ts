import { createBundle } from '@chainloop/attestation/bundle/bundle'
import { pae } from '@chainloop/attestation/dsse/pae'
import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { verifyBundle } from '@chainloop/attestation/verify/verify-bundle'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'

import type { Database } from '../db/open-database.ts'
import { logOrigin } from '../signing/log-keys.ts'
import { testSigning } from '../signing/testing/signings.ts'
import { timestampQuery } from '../signing/timestamp-query.ts'
import { openTestDatabase } from '../testing/database.ts'
import { operatorWorld, type OperatorWorld } from '../testing/operator.ts'
import { logSignature } from './log-signature.ts'

const signing = await testSigning()
const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

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

/** As provenance is published: signed by the control plane, stamped, logged before it is a bundle. */
async function published(statement: string): Promise<Uint8Array> {
  const payload = Buffer.from(statement)
  const { key, chain } = signing.provenance
  const certificate = chain[0] ?? Buffer.alloc(0)
  const signature = new Uint8Array(await key.sign(pae(PAYLOAD_TYPE, payload)))
  const signed = {
    payloadType: PAYLOAD_TYPE,
    payload: new Uint8Array(payload),
    signature,
    verifier: { certificate },
  }
  const entry = await logSignature(
    { db: world.db, signing },
    { organizationId, subject: `provenance:${statement}`, signed },
  )
  return createBundle({
    payload,
    signature,
    signer: { certificate },
    timestamps: [await signing.timestampAuthority.respond(timestampQuery(Buffer.from(signature)))],
    logEntries: [entry],
  })
}

const trustedRoot = (purpose: 'attestations' | 'provenance'): Buffer =>
  signing.trust.withLog(purpose, logOrigin(signing.log, organizationId))

function verifyElsewhere(bundle: Uint8Array, root: Buffer): void {
  const trust = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(root.toString())))
  new Verifier(trust).verify(
    toSignedEntity(bundleFromJSON(JSON.parse(Buffer.from(bundle).toString()))),
  )
}

test('what the control plane signs and logs passes other verifiers by their defaults, and ours', async () => {
  const first = await published('{"_type":"one"}')
  const second = await published('{"_type":"two"}')

  for (const bundle of [first, second]) {
    expect(() => verifyElsewhere(bundle, trustedRoot('provenance'))).not.toThrow()
    const trust = parseTrustRoot(trustedRoot('provenance'))
    expect(verifyBundle({ bundle, trust }).identity?.subject).toBe(
      'https://chainloop.example/provenance',
    )
    expect(() => verifyElsewhere(bundle, trustedRoot('attestations'))).toThrow(/certificate/)
  }
})
