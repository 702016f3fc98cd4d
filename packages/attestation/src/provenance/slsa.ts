/** https://slsa.dev/spec/v1.1/provenance */
export const PROVENANCE_TYPE = 'https://slsa.dev/provenance/v1'
/** https://slsa.dev/spec/v1.1/verification_summary */
export const SUMMARY_TYPE = 'https://slsa.dev/verification_summary/v1'
/** What `externalParameters` and `internalParameters` hold; described in `docs/slsa.md`. */
export const WORKFLOW_RUN_BUILD_TYPE = 'https://chainloop.dev/slsa/workflow-run/v1'
/** Annotation of a subject or dependency: `verified`, or `claimed` by the job alone. */
export const EVIDENCE = 'chainloop.dev/evidence'
/** Member of a summary's predicate: what let it pass although not everything held. */
export const DEVIATIONS = 'https://chainloop.dev/slsa/deviations/v1'

export type BuildLevel = 1 | 2 | 3

export function buildTrackLevel(level: BuildLevel): string {
  return `SLSA_BUILD_LEVEL_${level}`
}

/** 0: the text names no level of the build track. */
export function levelIn(levels: readonly string[]): BuildLevel | 0 {
  const found = levels
    .map((level) => /^SLSA_BUILD_LEVEL_([123])$/.exec(level)?.[1])
    .filter((digit) => digit !== undefined)
    .map(Number)
  const highest = Math.max(0, ...found)
  return highest === 1 || highest === 2 || highest === 3 ? highest : 0
}
