import type { GrantableRight, Role } from '../auth/right.ts'

/** A credential of a machine. The secret itself is shown once and never stored. */
export interface ApiToken {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly description: string
  readonly role: Role
  readonly rights: readonly GrantableRight[]
  /** Good for this project only. */
  readonly projectId: string | undefined
  readonly projectName: string | undefined
  /** Good for runs of this workflow only. */
  readonly workflowId: string | undefined
  readonly workflowName: string | undefined
  readonly createdAt: Date
  readonly expiresAt: Date | undefined
  readonly revokedAt: Date | undefined
  /** To within a few minutes. */
  readonly lastUsedAt: Date | undefined
}
