import type { RunState } from '../db/schema.ts'

/** What one CI pipeline of a project is called, and which contract its runs have to meet. */
export interface Workflow {
  readonly id: string
  readonly organizationId: string
  readonly project: { readonly id: string; readonly name: string }
  readonly contract: { readonly id: string; readonly name: string; readonly latestRevision: number }
  readonly name: string
  readonly team: string
  readonly description: string
  /** Undefined: as the organization says. */
  readonly allowJobContractUpdate: boolean | undefined
  readonly allowOldContractRevisions: boolean | undefined
  readonly runsCount: number
  readonly lastRun: LastRun | undefined
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface LastRun {
  readonly id: string
  readonly state: RunState
  readonly reason: string
  readonly runUrl: string
  readonly runnerType: string
  readonly createdAt: Date
  readonly finishedAt: Date | undefined
}
