/** What an organization may use only so much of. */
export const RESOURCES = ['stored_bytes', 'runs_per_day', 'projects', 'api_tokens'] as const
export type Resource = (typeof RESOURCES)[number]

export interface Quota {
  readonly resource: Resource
  /** Undefined: no limit. */
  readonly limit: number | undefined
  readonly used: number
  /** The instance's own, because none was set for this organization. */
  readonly isDefault: boolean
}
