/** What the candidate says about a stored run. */
export interface SimulatedRun {
  readonly id: string
  readonly project: string
  readonly workflow: string
  readonly createdAt: Date
  readonly attestationDigest: string
  /** It would have been blocked. */
  readonly blocks: boolean
  /** It was, by whatever policy. */
  readonly blocked: boolean
  /** It was, by a policy that the candidate stands in for. */
  readonly wasBlockedByIt: boolean
  /** There is no verdict of at least one policy. */
  readonly isUnjudged: boolean
  readonly evaluations: readonly SimulatedEvaluation[]
}

export interface SimulatedEvaluation {
  readonly policy: string
  /** Empty: the attestation. */
  readonly material: string
  /** The first few. */
  readonly violations: readonly string[]
  readonly violationsTotal: number
  readonly skipped: boolean
  readonly skipReasons: readonly string[]
  readonly gate: boolean
  /** Of the policy of that name, when the run was stored; undefined: there was none. */
  readonly violationsThen: number | undefined
}

export interface SimulationSummary {
  readonly runs: number
  /** Where a policy had a say. */
  readonly judged: number
  readonly passed: number
  readonly violated: number
  /** Without a verdict of at least one policy. */
  readonly unjudged: number
  readonly blocks: number
  /** Of these, those that were not blocked. */
  readonly newlyBlocks: number
  /** Were blocked by a policy that the candidate stands in for, and would not be. */
  readonly noLongerBlocks: number
  /** Whose bundle or materials cannot be read any more. */
  readonly unreadable: number
}

export type SimulationEvent =
  | { readonly type: 'plan'; readonly runs: number }
  | { readonly type: 'run'; readonly run: SimulatedRun }
  | { readonly type: 'progress'; readonly runs: number }
  | { readonly type: 'summary'; readonly summary: SimulationSummary }
