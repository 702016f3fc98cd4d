/** What is recorded of a pull or merge request; the schema of `CHAINLOOP_PR_INFO` 1.3 knows nothing else. */
export interface PullRequest {
  readonly platform: 'github' | 'gitlab'
  readonly type: 'pull_request' | 'merge_request'
  readonly number: string
  readonly url: string
  readonly title?: string
  readonly description?: string
  readonly source_branch?: string
  readonly target_branch?: string
  readonly author?: Person
  readonly reviewers?: readonly Reviewer[]
}

export interface Person {
  readonly login: string
  readonly type: 'User' | 'Bot' | 'unknown'
}

export interface Reviewer extends Person {
  /** Somebody asked for this review. */
  readonly requested: boolean
  readonly review_status?: ReviewStatus
}

export const REVIEW_STATUSES = [
  'APPROVED',
  'CHANGES_REQUESTED',
  'COMMENTED',
  'DISMISSED',
  'PENDING',
] as const

export type ReviewStatus = (typeof REVIEW_STATUSES)[number]

/** Each person once: asked for if anybody asked, and with what they said last. */
export function mergeReviewers(reviewers: readonly Reviewer[]): readonly Reviewer[] {
  const merged = new Map<string, Reviewer>()
  for (const one of reviewers) {
    const before = merged.get(one.login)
    merged.set(one.login, {
      ...before,
      ...one,
      requested: one.requested || before?.requested === true,
    })
  }
  return [...merged.values()]
}
