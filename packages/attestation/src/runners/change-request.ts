import type { RunnerType } from './runner-type.ts'
import { isSet, optional, valueOf } from './runner.ts'
import type { Environment, RunnerVariable } from './runner.ts'

/** What GitHub says about the pull request of a run. */
export const githubPullRequest: readonly RunnerVariable[] = optional(
  'GITHUB_EVENT_NAME',
  'GITHUB_HEAD_REF',
  'GITHUB_BASE_REF',
  'GITHUB_EVENT_PATH',
)

/** What GitLab says about the merge request of a run. */
export const gitlabMergeRequest: readonly RunnerVariable[] = optional(
  'CI_PIPELINE_SOURCE',
  'CI_MERGE_REQUEST_IID',
  'CI_MERGE_REQUEST_TITLE',
  'CI_MERGE_REQUEST_DESCRIPTION',
  'CI_MERGE_REQUEST_SOURCE_BRANCH_NAME',
  'CI_MERGE_REQUEST_TARGET_BRANCH_NAME',
  'CI_MERGE_REQUEST_PROJECT_URL',
  'CI_MERGE_REQUEST_PROJECT_PATH',
)

/** The run is about a pull request of GitHub. */
export const isOfGithub = (env: Environment): boolean =>
  ['pull_request', 'pull_request_target'].includes(valueOf(env, 'GITHUB_EVENT_NAME'))

/** The run is about a merge request of GitLab. */
export const isOfGitlab = (env: Environment): boolean =>
  valueOf(env, 'CI_PIPELINE_SOURCE') === 'merge_request_event'

const never = (): boolean => false

const IS_CHANGE_REQUEST: Readonly<Record<RunnerType, (env: Environment) => boolean>> = {
  GITHUB_ACTION: isOfGithub,
  GITLAB_PIPELINE: isOfGitlab,
  DAGGER_PIPELINE: (env) => isOfGithub(env) || isOfGitlab(env),
  AZURE_PIPELINE: (env) => valueOf(env, 'BUILD_REASON') === 'PullRequest',
  CIRCLECI_BUILD: (env) => isSet(env, 'CIRCLE_PULL_REQUEST'),
  JENKINS_JOB: (env) => isSet(env, 'CHANGE_ID'),
  // Bitbucket and Buildkite, and machines that nobody knows.
  RUNNER_TYPE_UNSPECIFIED: (env) =>
    isSet(env, 'BITBUCKET_PR_ID') || /^\d+$/.test(valueOf(env, 'BUILDKITE_PULL_REQUEST')),
  TEAMCITY_PIPELINE: never,
  TEKTON_PIPELINE: never,
  CHAINLOOP_SANDBOX: never,
}

/** The run is about a pull or merge request, as far as the CI system says it in its variables. */
export function isChangeRequest(env: Environment, runner: RunnerType): boolean {
  return IS_CHANGE_REQUEST[runner](env)
}
