import { sha256 } from '@chainloop/attestation/digest'
import { inspectMaterial as inspect } from '@chainloop/attestation/materials/craft'
import { tokenVerifier } from '@chainloop/kit/tokens'

import { AUDIENCE } from '../../auth/tokens.ts'
import { runUploadCredentials } from '../../cas-credentials/transfer-credentials.ts'
import type { Queue } from '../../db/queue.ts'
import { createEvaluationQueue } from '../../policies/evaluation-queue.ts'
import { createPolicyEvaluator } from '../../policies/policy-evaluator.ts'
import type { PolicyEvaluator } from '../../policies/policy-evaluator.ts'
import { reportReceipt } from '../../receipts/report-receipt.ts'
import type { OpenedRun } from '../../runs/init-run.ts'
import * as runs from '../../runs/run-repo.ts'
import { ISSUER, openRunWorld, runActorOf } from '../../runs/testing/run-world.ts'
import type { RunWorld } from '../../runs/testing/run-world.ts'
import type { Signing } from '../../signing/signing.ts'
import { testSigning } from '../../signing/testing/signings.ts'
import { openTestQueue } from '../../testing/queue.ts'
import { BlobUnreadable } from '../blob-store.ts'
import type { BlobStore } from '../blob-store.ts'
import type { Inspect } from '../judge-material.ts'
import { createReplicationQueue } from '../replication-queue.ts'
import { storeAttestation } from '../store-attestation.ts'

/** Everything that Store needs: real keys, a real queue, and an artifact CAS that is a map. */
export interface StoreWorld extends RunWorld {
  readonly queue: Queue
  readonly signing: Signing
  readonly inspect: Inspect
  readonly blobs: BlobStore
  readonly policies: PolicyEvaluator
  /** What the artifact CAS holds, by digest. */
  readonly stored: Map<string, Uint8Array>
  /** As the CLI and the CAS do it together: credentials, bytes, receipt. Returns the digest. */
  upload(opened: OpenedRun, bytes: Uint8Array): Promise<`sha256:${string}`>
}

export async function openStoreWorld(contract?: string): Promise<StoreWorld> {
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await openRunWorld(contract))
  const queue = stack.use(await openTestQueue(world.database))
  await createReplicationQueue(queue)
  await createEvaluationQueue(queue)
  const policies = stack.use(createPolicyEvaluator(POLICY_SETTINGS))
  const stored = new Map<string, Uint8Array>()
  const signing = await testSigning()
  const open = stack.move()
  return {
    ...world,
    queue,
    signing,
    inspect,
    stored,
    policies,
    blobs: mapBlobs(stored),
    upload: (opened, bytes) => upload(world, { opened, bytes, stored }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

const POLICY_SETTINGS = {
  egressAllow: ['127.0.0.1'],
  policyProcesses: 1,
  policyMegabytes: 128,
  policyTimeout: 2000,
  policyWait: 60_000,
  policyDocumentBytes: 1024 * 1024,
}

function mapBlobs(stored: Map<string, Uint8Array>): BlobStore {
  return {
    async *read({ digest }) {
      const bytes = stored.get(digest)
      if (!bytes) throw new BlobUnreadable('it is not there')
      yield bytes
    },
    async write({ digest }, bytes) {
      stored.set(digest, bytes)
    },
  }
}

async function upload(
  world: RunWorld,
  {
    opened,
    bytes,
    stored,
  }: { opened: OpenedRun; bytes: Uint8Array; stored: Map<string, Uint8Array> },
): Promise<`sha256:${string}`> {
  const digest = sha256(bytes)
  const size = bytes.length
  const { token } = await runUploadCredentials(world, runActorOf(opened), {
    runId: opened.run.id,
    digest,
    size,
  })
  stored.set(digest, bytes)
  const receiptVerifier = tokenVerifier({
    keys: { jwks: world.tokenKeys.jwks },
    issuer: ISSUER,
    audience: AUDIENCE.transfer,
  })
  await reportReceipt(
    { db: world.db, receiptVerifier },
    { transferToken: token, digest, size, fileName: 'upload', deduplicated: false },
  )
  return digest
}

/** As the run itself stores it. */
export async function storeBundle(
  world: StoreWorld,
  opened: OpenedRun,
  bundle: Uint8Array,
): Promise<string> {
  return storeAttestation(world, runActorOf(opened), {
    runId: opened.run.id,
    bundle,
    releaseVersion: false,
  })
}

export async function stateOf({ db }: StoreWorld, { run }: OpenedRun): Promise<string | undefined> {
  const found = await runs.find(db, { organizationId: run.organization.id, id: run.id })
  return found?.state
}
