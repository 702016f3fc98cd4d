import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import * as attempts from './attempt-repo.ts'
import { type Credentials, readCredentials } from './credentials.ts'
import { type DeliveryContent, readBundle, readContents } from './delivery-content.ts'
import { type DeliveryEvidence, readEvidence } from './delivery-evidence.ts'
import { type DeliveryPolicies, readPolicies } from './delivery-policies.ts'
import * as deliveries from './delivery-repo.ts'
import type { JobClaim } from './held-job.ts'
import * as jobs from './job-repo.ts'
import * as lanes from './lane-repo.ts'
import { type RetryDeps, postpone } from './postpone.ts'

type Deps = Pick<Context, 'db' | 'secrets'> & RetryDeps

export type ClaimAnswer = { readonly jobId: string } & (
  | { readonly kind: 'claimed'; readonly delivery: ClaimedDelivery }
  /** Delivered, given up, or it has to wait: the job is settled. */
  | { readonly kind: 'nothing' }
  /** A worker that was given nothing to do gets nothing to see. */
  | { readonly kind: 'refused' }
)

export interface ClaimedDelivery extends DeliveryContent {
  /** 1 for the first. */
  readonly attempt: number
  readonly bundle: Uint8Array
  readonly policies: DeliveryPolicies
  readonly evidence: DeliveryEvidence
  /** JSON object of the secret settings of the registration. */
  readonly credentials: Uint8Array
}

/** A delivery whose worker dies each time is what kills it. */
const maxLost = 10

/** Content and credentials for the worker that holds the jobs, and the beginning of an attempt of each in the log. */
export async function* claimDeliveries(
  ctx: Deps,
  actor: Actor,
  claims: readonly JobClaim[],
): AsyncIterable<ClaimAnswer> {
  actor.require('internal:deliveries')
  const begun = await inTransaction(ctx.db, (tx) => begin(ctx, tx, claims))
  for (const { jobId } of claims) {
    const kind = begun.answers.get(jobId) ?? 'refused'
    if (kind !== 'claimed') yield { jobId, kind }
  }
  // One attestation after the other: of many large ones only one is in memory.
  for (const together of Map.groupBy(begun.claimed, (one) => one.content.attestationId).values()) {
    const [{ content } = { content: undefined }] = together
    if (!content) continue
    const { organizationId, attestationId: id } = content
    const bundle = await readBundle(ctx.db, { organizationId, id })
    const policies = await readPolicies(ctx.db, content)
    const evidence = await readEvidence(ctx.db, content)
    for (const { jobId, attempt, credentials, ...one } of together) {
      const delivery = { ...one.content, attempt, credentials, bundle, policies, evidence }
      yield { jobId, kind: 'claimed', delivery }
    }
  }
}

interface Claimed {
  readonly jobId: string
  readonly attempt: number
  readonly content: DeliveryContent
  readonly credentials: Uint8Array
}

interface BegunClaims {
  readonly claimed: readonly Claimed[]
  readonly answers: ReadonlyMap<string, ClaimAnswer['kind']>
}

interface Candidate {
  readonly job: jobs.QueuedJob
  readonly delivery: deliveries.LockedDelivery
  readonly content: DeliveryContent
}

async function begin(ctx: Deps, tx: Db, claims: readonly JobClaim[]): Promise<BegunClaims> {
  const answers = new Map<string, ClaimAnswer['kind']>()
  const { active, ready } = await sort(ctx, tx, claims)
  for (const { id } of active) answers.set(id, 'nothing')

  const credentials = await readCredentials(
    ctx,
    tx,
    ready.map(({ content }) => content),
  )
  const tries = await attempts.beginAll(tx, ready.map(toJobTry))
  const claimed: Claimed[] = []
  for (const one of ready) {
    const { number: attempt = 1, lost = 0 } = tries.get(one.delivery.id) ?? {}
    const known = credentials.get(one.content.secretId)
    if (known?.kind === 'read' && lost < maxLost) {
      answers.set(one.job.id, 'claimed')
      const { job, content } = one
      claimed.push({ jobId: job.id, attempt, content, credentials: known.value })
    } else {
      await refuse(ctx, tx, { ...one, attempt, known })
    }
  }
  return { claimed, answers }
}

interface Sorted {
  readonly active: readonly jobs.QueuedJob[]
  /** What may be delivered now. The jobs of the others are settled. */
  readonly ready: readonly Candidate[]
}

async function sort({ queue }: Deps, tx: Db, claims: readonly JobClaim[]): Promise<Sorted> {
  const known = await jobs.find(
    tx,
    queue,
    claims.map(({ jobId }) => jobId),
  )
  const active = claims.flatMap(({ jobId, deliveryId }) => {
    const job = known.get(jobId)
    return job?.active && job.deliveryId === deliveryId ? [job] : []
  })
  const organizationIds = [...new Set(active.map(({ organizationId }) => organizationId))]
  const ids = active.map(({ deliveryId }) => deliveryId)
  const locked = new Map(
    (await deliveries.lockAll(tx, { organizationIds, ids })).map((one) => [one.id, one]),
  )
  const contents = await readContents(tx, { organizationIds, ids: pendingIn(locked) })
  const paused = await pausedLanes(tx, locked)
  const over: jobs.Settled[] = []
  const waiting: jobs.GivenBack[] = []
  const ready: Candidate[] = []
  for (const job of active) {
    const delivery = locked.get(job.deliveryId)
    const content = contents.get(job.deliveryId)
    // A job that was given up may still be in somebody's hands.
    if (delivery?.state !== 'pending' || delivery.jobId !== job.id || !content) over.push(job)
    else if (delivery.held !== '' || paused.has(delivery.integrationId)) {
      waiting.push({ ...job, startAfter: new Date(), held: true })
      if (delivery.held === '') await deliveries.hold(tx, delivery, 'paused')
    } else ready.push({ job, delivery, content })
  }
  await jobs.complete(tx, queue, over)
  await jobs.giveBack(tx, queue, waiting)
  return { active, ready }
}

function pendingIn(locked: ReadonlyMap<string, deliveries.LockedDelivery>): string[] {
  return [...locked.values()].filter(({ state }) => state === 'pending').map(({ id }) => id)
}

async function pausedLanes(
  tx: Db,
  locked: ReadonlyMap<string, deliveries.LockedDelivery>,
): Promise<ReadonlySet<string>> {
  const all = await lanes.findAll(tx, {
    organizationIds: [...new Set([...locked.values()].map((one) => one.organizationId))],
    integrationIds: [...new Set([...locked.values()].map((one) => one.integrationId))],
  })
  return new Set(
    [...all.values()].filter((lane) => lane.pausedAt).map((lane) => lane.integrationId),
  )
}

function toJobTry({ job, delivery }: Candidate): attempts.JobTry {
  const { organizationId, id: deliveryId } = delivery
  return { organizationId, deliveryId, jobId: job.id, jobTry: job.jobTry }
}

/** The attempt ends before it came to the target. */
async function refuse(
  ctx: Deps,
  tx: Db,
  one: Candidate & { readonly attempt: number; readonly known: Credentials | undefined },
): Promise<void> {
  const { job, delivery, attempt } = one
  const unreadable = one.known?.kind === 'unreadable'
  const detail = unreadable
    ? 'the credentials of the registration cannot be read'
    : `given up: the worker was lost ${maxLost} times while it delivered this`
  await attempts.endAll(tx, [
    {
      ...toJobTry(one),
      number: attempt,
      outcome: unreadable ? 'retryable' : 'permanent',
      durationMs: 0,
      responseCode: 0,
      detail,
    },
  ])
  const again =
    unreadable && (await postpone(ctx, tx, { job, delivery, retryAfterMs: 0, held: '' }))
  if (again) return
  await deliveries.finish(tx, delivery, 'failed')
  await jobs.complete(tx, ctx.queue, [job])
}
