import { conflict, notFound } from '@chainloop/kit/errors'
import { DomainError } from '@chainloop/kit/errors'
import type { Transaction } from 'kysely'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import { isInline } from '../cas-backends/cas-backend.ts'
import * as mappings from '../cas-mappings/cas-mapping-repo.ts'
import type { CasMapping } from '../cas-mappings/cas-mapping-repo.ts'
import type { Schema } from '../db/schema.ts'
import type { StoredAttestation } from '../deliveries/enqueue-deliveries.ts'
import * as evaluations from '../policies/policy-evaluation-repo.ts'
import type { RunEvaluations } from '../policies/policy-evaluation-repo.ts'
import { policySummary } from '../policies/policy-summary.ts'
import * as versions from '../projects/project-version-repo.ts'
import * as referrers from '../referrers/referrer-repo.ts'
import { assertOpen } from '../runs/open-run.ts'
import * as runs from '../runs/run-repo.ts'
import type { PolicySummary, Run } from '../runs/run.ts'
import * as signers from '../signers/signer-repo.ts'
import type { Signer } from '../signers/signer.ts'
import { logAttestation } from '../transparency/log-attestation.ts'
import { logRunEvent } from '../transparency/log-run-event.ts'
import * as attestations from './attestation-repo.ts'
import type { JudgedAttestation } from './judge-attestation.ts'
import { referrerGraph } from './referrer-graph.ts'
import type { Truth } from './truth.ts'

/** A bundle that was judged and is to be kept. */
export interface AcceptedAttestation {
  readonly truth: Truth
  readonly digest: string
  readonly bundle: Uint8Array
  readonly judged: JudgedAttestation
  readonly policies: RunEvaluations
  readonly guarantees: readonly string[]
}

/** What is queued in the same transaction. */
export type Enqueue = (tx: Transaction<Schema>, stored: StoredAttestation) => Promise<unknown>

/** Writes everything that follows from an accepted bundle, or nothing. False: these bytes are stored already. */
export async function writeAttestation(
  tx: Transaction<Schema>,
  { actor, enqueue }: { readonly actor: Actor; readonly enqueue: readonly Enqueue[] },
  accepted: AcceptedAttestation,
): Promise<boolean> {
  const { judged, truth, policies } = accepted
  const { run } = truth
  const policy = policySummary(policies, run)
  if (!(await claimRun(tx, accepted))) return false
  await assertVersionOpen(tx, accepted)
  await assertSignerLive(tx, judged.signer)

  const stored = await insertAttestation(tx, accepted)
  await mappings.insertMissing(tx, mappingsOf(accepted))
  await insertReferrers(tx, accepted, policy)
  if (policies.evaluations.length > 0) {
    const reference = { organizationId: run.organization.id, runId: run.id }
    await evaluations.insert(tx, reference, policies)
  }
  await audit.record(tx, {
    organizationId: run.organization.id,
    actor,
    action: 'attestation.stored',
    targetType: 'run',
    targetId: run.id,
    details: {
      digest: accepted.digest,
      policyStatus: policy.status,
      ...(policies.differences.length > 0 && { policyDifferences: policies.differences }),
      ...exceptionDetails(accepted),
      ...(judged.signer ? { signer: judged.signer.name, key: judged.signer.fingerprint } : {}),
    },
  })
  const closed = await runs.close(tx, referenceOf(run), {
    state: 'success',
    attestationDigest: accepted.digest,
    policy,
    guarantees: accepted.guarantees,
  })
  if (!closed) throw new Error(`run ${run.id} was locked open and could not be closed`)
  await logAttestation(tx, {
    organizationId: run.organization.id,
    digest: accepted.digest,
    bundle: accepted.bundle,
    signer: judged.signer,
  })
  await logRunEvent(tx, referenceOf(run), 'succeeded')
  for (const add of enqueue) await add(tx, stored)
  return true
}

/** For the audit log: who was let through, and who wanted to be. */
function exceptionDetails({ policies: { exceptions }, judged }: AcceptedAttestation) {
  const asked = judged.statement.predicate.policyBlockBypassEnabled
  return {
    ...(exceptions.length > 0 && { policyExceptions: exceptions }),
    ...(asked && { policyBypassRequested: true }),
  }
}

/** Only one Store of a run gets further at a time, and only while the run is what was judged. */
async function claimRun(
  tx: Transaction<Schema>,
  { truth: { run }, digest }: AcceptedAttestation,
): Promise<boolean> {
  const locked = await runs.lock(tx, referenceOf(run))
  if (!locked) throw notFound('run', run.id)
  if (isRepeated({ ...run, ...stateOf(locked) }, digest)) return false
  assertOpen({ id: run.id, state: locked.state })
  const unchanged =
    locked.contract_revision_id === run.contract.revisionId &&
    locked.project_version_id === run.version.id
  if (!unchanged) throw conflict(`run ${run.id} has changed meanwhile`, { reason: 'RUN_CHANGED' })
  return true
}

function stateOf(locked: {
  readonly state: Run['state']
  readonly attestation_digest: string | null
}): Pick<Run, 'state' | 'attestationDigest'> {
  return { state: locked.state, attestationDigest: locked.attestation_digest ?? undefined }
}

/** True: exactly these bytes are the run's attestation. Throws when others are. */
export function isRepeated(
  { id, state, attestationDigest }: Pick<Run, 'id' | 'state' | 'attestationDigest'>,
  digest: string,
): boolean {
  if (state !== 'success') return false
  if (attestationDigest === digest) return true
  throw new DomainError(
    'already_exists',
    `run ${id} has another attestation already: ${attestationDigest ?? ''}`,
    { reason: 'ATTESTATION_ALREADY_EXISTS' },
  )
}

async function assertVersionOpen(
  tx: Transaction<Schema>,
  { truth: { run, organization } }: AcceptedAttestation,
): Promise<void> {
  const version = await versions.lock(tx, {
    organizationId: run.organization.id,
    projectId: run.project.id,
    id: run.version.id,
  })
  if (!version) throw notFound('project version', run.version.version)
  if (!organization.settings.blockAttestationsOnReleasedVersions || version.prerelease) return
  throw conflict(`version ${version.version} of project ${run.project.name} is released`, {
    reason: 'VERSION_RELEASED',
  })
}

/** Who was removed while the bundle was judged signs nothing any more. */
async function assertSignerLive(
  tx: Transaction<Schema>,
  signer: Signer | undefined,
): Promise<void> {
  if (!signer || (await signers.isLive(tx, signer))) return
  throw conflict(`signer ${signer.name} was removed meanwhile`, { reason: 'SIGNER_REMOVED' })
}

async function insertAttestation(
  tx: Transaction<Schema>,
  { truth: { run }, digest, bundle, judged }: AcceptedAttestation,
): Promise<StoredAttestation> {
  const stored = {
    organizationId: run.organization.id,
    projectId: run.project.id,
    workflowId: run.workflow.id,
    runId: run.id,
  }
  const { fields, signer } = judged
  const signerId = signer?.id
  const id = await attestations.insert(tx, { ...stored, digest, bundle, fields, signerId })
  return { id, ...stored }
}

async function insertReferrers(
  tx: Transaction<Schema>,
  { truth: { run }, digest, judged }: AcceptedAttestation,
  policy: PolicySummary,
): Promise<void> {
  const scope = {
    organizationId: run.organization.id,
    projectId: run.project.id,
    projectVersionId: run.version.id,
  }
  const graph = referrerGraph(judged.statement, { digest, materials: judged.materials, policy })
  await referrers.insertGraph(tx, scope, graph)
}

/** The project may read from now on what it has brought itself: uploads by their receipts, the rest by its content. */
function mappingsOf(accepted: AcceptedAttestation): CasMapping[] {
  const { judged, truth } = accepted
  const { run, backend } = truth
  const at = {
    organizationId: run.organization.id,
    projectId: run.project.id,
    backendId: backend.id,
    runId: run.id,
  }
  const inline = isInline(backend)
  const materials = judged.materials.flatMap(({ digest, fileName, place }) => {
    const held = judged.possessions.get(digest)
    if (place.type === 'cas' && held) return [{ ...at, digest, size: held.size, fileName }]
    if (place.type === 'statement' && inline) {
      return [{ ...at, digest, size: place.content.length, fileName }]
    }
    return []
  })
  const bundle = {
    ...at,
    digest: accepted.digest,
    size: accepted.bundle.length,
    fileName: bundleFileName(run.id),
  }
  return inline ? [...materials, bundle] : materials
}

export function bundleFileName(runId: string): string {
  return `attestation-${runId}.json`
}

function referenceOf({ organization, id }: Run): runs.RunReference {
  return { organizationId: organization.id, id }
}
