import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { Position } from '../db/position.ts'
import type { TrustedDeps } from '../policies/trusted-evaluation.ts'
import type { ReferencedFile } from '../policy-documents/document-source.ts'
import { storedDocuments } from '../policy-store/stored-documents.ts'
import { type CandidateInput, readCandidate } from './candidate.ts'
import { countRuns, historyOf, type HistoryWish, nextRuns } from './runs-to-simulate.ts'
import { simulateRun } from './simulate-run.ts'
import type { SimulatedRun, SimulationEvent, SimulationSummary } from './simulated-run.ts'

export interface SimulationInput extends HistoryWish, CandidateInput {
  readonly files: readonly ReferencedFile[]
}

/** So many ids are held at a time; so often somebody who waits hears something. */
const PAGE = 25

/**
 * What a document would have said about stored runs, one after the other and the newest first: however long the
 * history is, one run is in memory, and one of the processes that evaluate is busy. Nothing is recorded.
 */
export async function* simulate(
  ctx: TrustedDeps & Pick<Context, 'documentSource'>,
  actor: Actor,
  { input, signal }: { readonly input: SimulationInput; readonly signal: AbortSignal },
): AsyncGenerator<SimulationEvent> {
  actor.requireSomewhere('policy:simulate')
  const { organizationId } = actor
  const history = await historyOf(ctx.db, actor, input)
  const load = ctx.documentSource.loaderWith(input.files, storedDocuments(ctx.db, actor))
  const candidate = await readCandidate(input, load)
  yield { type: 'plan', runs: await countRuns(ctx.db, history) }

  const summary = emptySummary()
  let after: Position | undefined
  for (;;) {
    const page = await nextRuns(ctx.db, history, { after, limit: PAGE })
    for (const { id: runId } of page) {
      signal.throwIfAborted()
      const run = await simulateRun(ctx, candidate, { organizationId, runId, signal })
      count(summary, run)
      if (run && isWorthTelling(run)) yield { type: 'run', run }
    }
    after = page.at(-1)
    if (after === undefined) break
    yield { type: 'progress', runs: summary.runs }
  }
  yield { type: 'summary', summary }
}

type Counting = { -readonly [K in keyof SimulationSummary]: SimulationSummary[K] }

function emptySummary(): Counting {
  return {
    runs: 0,
    judged: 0,
    passed: 0,
    violated: 0,
    unjudged: 0,
    blocks: 0,
    newlyBlocks: 0,
    noLongerBlocks: 0,
    unreadable: 0,
  }
}

function count(summary: Counting, run: SimulatedRun | undefined): void {
  summary.runs += 1
  if (!run) {
    summary.unreadable += 1
    return
  }
  const { blocks, blocked, wasBlockedByIt, isUnjudged, evaluations } = run
  const violated = evaluations.some(({ violationsTotal }) => violationsTotal > 0)
  const holds: Readonly<Partial<Record<keyof SimulationSummary, boolean>>> = {
    judged: evaluations.length > 0,
    passed: evaluations.length > 0 && !violated && !isUnjudged,
    violated,
    unjudged: isUnjudged,
    blocks,
    newlyBlocks: blocks && !blocked,
    noLongerBlocks: wasBlockedByIt && !blocks,
  }
  for (const [name, isSo] of Object.entries(holds)) {
    if (isSo) summary[name as keyof SimulationSummary] += 1
  }
}

function isWorthTelling({
  blocks,
  wasBlockedByIt,
  isUnjudged,
  evaluations,
}: SimulatedRun): boolean {
  const isFound = evaluations.some(
    ({ violationsTotal, violationsThen = 0 }) => violationsTotal > 0 || violationsThen > 0,
  )
  return blocks || wasBlockedByIt || isUnjudged || isFound
}
