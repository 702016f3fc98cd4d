import type { RunnerType } from './runner-type.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A CI system, recognised by its environment and by nothing else. */
export interface Runner {
  readonly type: RunnerType
  /** The environment is one of this runner. */
  matches(env: Environment): boolean
  /** Which variables are recorded. A required one that is empty ends the run's init. */
  readonly variables: readonly RunnerVariable[]
  /** Page of the run; empty when there is none. */
  runUrl(env: Environment): string
}

export interface RunnerVariable {
  readonly name: string
  readonly optional: boolean
}
