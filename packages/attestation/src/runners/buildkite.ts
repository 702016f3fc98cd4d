import { isSet, optional, valueOf } from './runner.ts'
import type { Runner } from './runner.ts'

/**
 * https://buildkite.com/docs/pipelines/configure/environment-variables
 * The wire has no number for it, so that it is a generic runner with a page and variables; none of them is required.
 */
export const buildkite: Runner = {
  type: 'RUNNER_TYPE_UNSPECIFIED',

  matches: (env) => isSet(env, 'BUILDKITE') && isSet(env, 'BUILDKITE_BUILD_URL'),

  variables: optional(
    'BUILDKITE_AGENT_NAME',
    'BUILDKITE_BRANCH',
    'BUILDKITE_BUILD_CREATOR',
    'BUILDKITE_BUILD_ID',
    'BUILDKITE_BUILD_NUMBER',
    'BUILDKITE_BUILD_URL',
    'BUILDKITE_COMMIT',
    'BUILDKITE_COMPUTE_TYPE',
    'BUILDKITE_JOB_ID',
    'BUILDKITE_ORGANIZATION_SLUG',
    'BUILDKITE_PIPELINE_SLUG',
    'BUILDKITE_PULL_REQUEST',
    'BUILDKITE_REPO',
    'BUILDKITE_SOURCE',
    'BUILDKITE_TAG',
  ),

  runUrl(env) {
    const job = valueOf(env, 'BUILDKITE_JOB_ID')
    return `${valueOf(env, 'BUILDKITE_BUILD_URL')}${job === '' ? '' : `#${job}`}`
  },

  environment(env) {
    const type = valueOf(env, 'BUILDKITE_COMPUTE_TYPE')
    if (type === 'hosted') return 'managed'
    return type === 'self-hosted' ? 'self-hosted' : 'unknown'
  },
}
