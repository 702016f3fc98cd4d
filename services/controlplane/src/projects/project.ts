import { invalid } from '@chainloop/kit/errors'

export interface Project {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly createdAt: Date
}

export interface ProjectVersion {
  readonly id: string
  readonly projectId: string
  readonly version: string
  /** Not released. */
  readonly prerelease: boolean
  /** At most one of a project. */
  readonly latest: boolean
  readonly releasedAt: Date | undefined
  readonly runCount: number
  readonly createdAt: Date
}

/** What every project starts with, and what a request without a version means. */
export const FIRST_VERSION = 'v0'

const VERSION = /^[A-Za-z0-9._+-]{1,128}$/

export function assertVersion(version: string): void {
  if (VERSION.test(version)) return
  throw invalid(
    `${JSON.stringify(version)} is not a project version: 1 to 128 letters, digits, dots, dashes, underscores and plus signs`,
    { reason: 'INVALID_VERSION' },
  )
}
