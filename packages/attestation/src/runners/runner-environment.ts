import type { RunnerEnvironment } from '../predicate/crafting-state.ts'

/** What statements call the environment that a platform's identity token names; undefined where it names none. */
export function runnerEnvironmentOf(claim: string | undefined): RunnerEnvironment | undefined {
  switch (claim) {
    case undefined:
    case '':
      return undefined
    case 'github-hosted':
    case 'gitlab-hosted':
      return 'managed'
    case 'self-hosted':
      return 'self-hosted'
    default:
      return 'unknown'
  }
}
