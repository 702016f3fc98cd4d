import type { RunnerEnvironment } from '../predicate/crafting-state.ts'
import type { RunnerType } from './runner-type.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A CI system, recognised by its environment and by nothing else. */
export interface Runner {
  /** Systems that have no number on the wire are `RUNNER_TYPE_UNSPECIFIED`, like a machine nobody knows. */
  readonly type: RunnerType
  /** The environment is one of this runner. */
  matches(env: Environment): boolean
  /** Which variables are recorded. A required one that is empty ends the run's init. */
  readonly variables: readonly RunnerVariable[]
  /** Page of the run; empty when there is none. */
  runUrl(env: Environment): string
  /** Who operates the machine, as far as the system says it in its variables. */
  environment(env: Environment): RunnerEnvironment
  /** Where required variables come from, when that is not obvious. */
  readonly hint?: string
}

export interface RunnerVariable {
  readonly name: string
  readonly optional: boolean
}

export function isSet(env: Environment, name: string): boolean {
  return Object.hasOwn(env, name) && (env[name] ?? '') !== ''
}

/** The value, empty when there is none. */
export function valueOf(env: Environment, name: string): string {
  return Object.hasOwn(env, name) ? (env[name] ?? '') : ''
}

export function required(...names: string[]): RunnerVariable[] {
  return names.map((name) => ({ name, optional: false }))
}

export function optional(...names: string[]): RunnerVariable[] {
  return names.map((name) => ({ name, optional: true }))
}

/** What is said of systems that do not tell who operates their machines. */
export const unknownEnvironment = (): RunnerEnvironment => 'unknown'
