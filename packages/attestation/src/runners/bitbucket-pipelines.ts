import { isSet, optional, unknownEnvironment, valueOf } from './runner.ts'
import type { Runner } from './runner.ts'

/**
 * https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
 * The wire has no number for it, so that it is a generic runner with a page and variables; none of them is required.
 */
export const bitbucketPipelines: Runner = {
  type: 'RUNNER_TYPE_UNSPECIFIED',

  matches: (env) => isSet(env, 'BITBUCKET_BUILD_NUMBER') && isSet(env, 'BITBUCKET_REPO_FULL_NAME'),

  variables: optional(
    'BITBUCKET_BRANCH',
    'BITBUCKET_BUILD_NUMBER',
    'BITBUCKET_COMMIT',
    'BITBUCKET_GIT_HTTP_ORIGIN',
    'BITBUCKET_PIPELINE_UUID',
    'BITBUCKET_PR_DESTINATION_BRANCH',
    'BITBUCKET_PR_ID',
    'BITBUCKET_REPO_FULL_NAME',
    'BITBUCKET_STEP_TRIGGERER_UUID',
    'BITBUCKET_TAG',
    'BITBUCKET_WORKSPACE',
  ),

  runUrl(env) {
    const repository = valueOf(env, 'BITBUCKET_REPO_FULL_NAME')
    return `https://bitbucket.org/${repository}/pipelines/results/${valueOf(env, 'BITBUCKET_BUILD_NUMBER')}`
  },

  environment: unknownEnvironment,
}
