import { openCheckpoint, parseVerifierKey } from '@chainloop/attestation/merkle/checkpoint'
import { leafHash } from '@chainloop/attestation/merkle/hashing'
import {
  InvalidProof,
  type TreeHead,
  verifyInclusion,
} from '@chainloop/attestation/merkle/verify-proof'
import {
  type NumberedRunEvent,
  readRunEvent,
  type RunEventName,
} from '@chainloop/attestation/transparency/run-event'

import { ChangedHistory, type KeptHead } from '../audit/verify-audit-log.ts'
import type { Client } from '../client.ts'
import { answered } from '../connection/unexpected-answer.ts'
import { headOf } from './log-head.ts'
import { assertContinues } from './monitor-log.ts'
import { searchLog } from './search-log.ts'

export interface ReportWish {
  readonly projectName: string
  readonly workflowName: string
  /** Default: from the beginning. */
  readonly fromVersion?: string | undefined
  /** Default: until now. */
  readonly toVersion?: string | undefined
  /** The log must continue this head. */
  readonly kept?: KeptHead | undefined
  /** Read the whole log instead of what the server says belongs to the workflow. */
  readonly wholeLog?: boolean | undefined
}

/** One run, as the log tells it. */
export interface LoggedRun {
  readonly run: string
  readonly version: string
  readonly contract: string
  /** Undefined: before what was asked for. */
  readonly openedAt: string | undefined
  /** `open` until something else happened. */
  readonly state: Exclude<RunEventName, 'opened'> | 'open'
  readonly closedAt: string | undefined
  readonly attestation: string | undefined
}

export interface RunReport {
  /** Numbers of the first and last event; none: 0 and 0. */
  readonly from: number
  readonly to: number
  /** Size of the log that the proofs are about. */
  readonly size: number
  readonly runs: readonly LoggedRun[]
}

/**
 * All runs of a workflow between two versions, complete and proven: every event is in the tree of one signed head, and
 * their numbers have no gap. Where the last one is, the server says, unless the whole log is read. Throws
 * `ChangedHistory`, `InvalidCheckpoint`.
 */
export async function reportRuns(
  client: Pick<Client, 'log'>,
  wish: ReportWish,
): Promise<RunReport> {
  const { size, events } = await (wish.wholeLog === true ? searchLog : provenEvents)(client, wish)
  assertGapless(events, wish.fromVersion === undefined ? 1 : undefined)
  return {
    from: events[0]?.sequence ?? 0,
    to: events.at(-1)?.sequence ?? 0,
    size,
    runs: runsOf(events),
  }
}

async function provenEvents(
  client: Pick<Client, 'log'>,
  wish: ReportWish,
): Promise<{ readonly size: number; readonly events: NumberedRunEvent[] }> {
  const { projectName, workflowName, fromVersion = '', toVersion = '' } = wish
  const answers = client.log.listRunEvents(
    { projectName, workflowName, fromVersion, toVersion },
    { timeoutMs: 0 },
  )
  let head: TreeHead | undefined
  const events: NumberedRunEvent[] = []
  for await (const { entries, ...signed } of answers) {
    const tree: TreeHead = head ?? (await openedHead(client, signed, wish.kept))
    head = tree
    events.push(
      ...entries.map(({ entry, proof }) =>
        proven(tree, { ...answered(entry, 'an entry'), proof }, wish),
      ),
    )
  }
  return { size: answered(head, 'a head of its log').size, events }
}

async function openedHead(
  client: Pick<Client, 'log'>,
  answer: { readonly checkpoint: string; readonly verifierKeys: readonly string[] },
  kept: KeptHead | undefined,
): Promise<TreeHead> {
  if (kept === undefined) {
    const { checkpoint, verifierKey } = headOf(answer)
    return openCheckpoint(parseVerifierKey(verifierKey), checkpoint)
  }
  const key = parseVerifierKey(kept.verifierKey)
  const [earlier, later] = [
    openCheckpoint(key, kept.checkpoint),
    openCheckpoint(key, answer.checkpoint),
  ]
  const { proof } = await client.log.proveConsistency({
    earlierSize: BigInt(earlier.size),
    size: BigInt(later.size),
  })
  assertContinues(earlier, later, proof)
  return later
}

interface ProvenEntry {
  readonly position: bigint
  readonly content: Uint8Array
  readonly proof: readonly Uint8Array[]
}

function proven(
  head: TreeHead,
  { position, content, proof }: ProvenEntry,
  { projectName, workflowName }: ReportWish,
): NumberedRunEvent {
  try {
    verifyInclusion(head, { index: Number(position), leaf: leafHash(content), proof })
  } catch (cause) {
    if (!(cause instanceof InvalidProof)) throw cause
    throw new ChangedHistory(`entry ${position} is not in the log: ${cause.message}`, { cause })
  }
  const event = readRunEvent(content)
  if (event?.project.name !== projectName || event.workflow.name !== workflowName) {
    throw new ChangedHistory(`entry ${position} is no event of ${projectName}/${workflowName}`)
  }
  return event
}

function assertGapless(events: readonly NumberedRunEvent[], first: number | undefined): void {
  let expected = first ?? events[0]?.sequence ?? 1
  for (const { sequence } of events) {
    if (sequence !== expected) {
      throw new ChangedHistory(`event ${expected} of the workflow is missing: ${sequence} follows`)
    }
    expected += 1
  }
}

function runsOf(events: readonly NumberedRunEvent[]): LoggedRun[] {
  const runs = new Map<string, LoggedRun>()
  for (const { run, event, version, contract, at, attestation } of events) {
    const known = runs.get(run)
    runs.set(run, {
      run,
      version,
      contract: `${contract.name}@${contract.revision}`,
      openedAt: event === 'opened' ? at : known?.openedAt,
      state: event === 'opened' ? 'open' : event,
      closedAt: event === 'opened' ? undefined : at,
      attestation,
    })
  }
  return [...runs.values()]
}
