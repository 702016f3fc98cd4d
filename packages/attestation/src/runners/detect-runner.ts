import { azurePipelines } from './azure-pipelines.ts'
import { bitbucketPipelines } from './bitbucket-pipelines.ts'
import { buildkite } from './buildkite.ts'
import { circleci } from './circleci.ts'
import { dagger } from './dagger.ts'
import { generic } from './generic.ts'
import { githubActions } from './github-actions.ts'
import { gitlab } from './gitlab.ts'
import { jenkins } from './jenkins.ts'
import type { Environment, Runner } from './runner.ts'
import { sandbox } from './sandbox.ts'
import { teamcity } from './teamcity.ts'
import { tekton } from './tekton.ts'

/**
 * The first that matches wins, so that one environment always gives one runner. What somebody says on purpose comes
 * first, then what runs within other systems and sees their variables, then those whose variables are their own; Tekton
 * and Jenkins may be what starts any of these. `generic` matches all.
 */
export const RUNNERS: readonly Runner[] = [
  sandbox,
  dagger,
  githubActions,
  gitlab,
  azurePipelines,
  circleci,
  buildkite,
  bitbucketPipelines,
  teamcity,
  tekton,
  jenkins,
  generic,
]

export function detectRunner(env: Environment): Runner {
  return RUNNERS.find((runner) => runner.matches(env)) ?? generic
}
