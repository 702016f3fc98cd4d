import { generic } from './generic.ts'
import { githubActions } from './github-actions.ts'
import { gitlab } from './gitlab.ts'
import type { Environment, Runner } from './runner.ts'

/** The first that matches wins, so that one environment always gives one runner; `generic` matches all. */
const runners: readonly Runner[] = [githubActions, gitlab, generic]

export function detectRunner(env: Environment): Runner {
  return runners.find((runner) => runner.matches(env)) ?? generic
}
