import { optional } from './runner.ts'
import type { RunnerVariable } from './runner.ts'

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
