import { parseDigest } from '@chainloop/attestation/digest'
import { commitOf } from '@chainloop/attestation/provenance/provenance'
import { verifierId } from '@chainloop/attestation/provenance/slsa'
import { verifyProvenance } from '@chainloop/attestation/provenance/verify-evidence'
import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { silentLogger } from '@chainloop/kit/logger'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { BINARY, craftBundle } from '../attestations/testing/craft.ts'
import {
  openStoreWorld,
  storeBundle,
  type StoreWorld,
} from '../attestations/testing/store-world.ts'
import { issueProvenances } from '../jobs/issue-provenances.ts'
import type { OpenedRun } from '../runs/init-run.ts'
import { TEST_INSTANCE } from '../signing/testing/signings.ts'
import { createSummary } from '../summaries/create-summary.ts'
import { listSummaries } from '../summaries/list-summaries.ts'
import { getProvenance, listProvenances } from './get-provenance.ts'

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

const deps = () => ({ ...world, logSignature: undefined, log: silentLogger })
const issue = () => issueProvenances(deps())

async function stored(): Promise<OpenedRun> {
  const opened = await world.open()
  await storeBundle(world, opened, await craftBundle(world, opened))
  return opened
}

const of = ({ run }: OpenedRun) => getProvenance(world, world.operator, { runId: run.id })
const binaryDigest = async (opened: OpenedRun): Promise<string> =>
  (await of(opened)).subjects[0]?.digest ?? ''

test('C1, C3: a stored run with outputs has a provenance, pending first, of exactly its artifacts', async () => {
  const opened = await stored()
  const pending = await of(opened)
  await issue()
  const { issued, subjects } = await of(opened)

  expect(pending.issued).toBeUndefined()
  expect(subjects.map(({ material }) => material)).toEqual(['binary'])
  expect(issued).toMatchObject({ level: 1, builderId: `${TEST_INSTANCE}/provenance/unverified` })
})
