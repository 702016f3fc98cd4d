import { githubPullRequest } from './change-request.ts'
import { isSet, required, valueOf } from './runner.ts'
import type { Runner } from './runner.ts'

/** https://docs.github.com/en/actions/reference/workflows-and-actions/variables */
export const githubActions: Runner = {
  type: 'GITHUB_ACTION',

  matches(env) {
    return isSet(env, 'CI') && isSet(env, 'GITHUB_REPOSITORY') && isSet(env, 'GITHUB_RUN_ID')
  },

  variables: [
    ...required(
      'GITHUB_ACTOR',
      'GITHUB_REF',
      'GITHUB_REPOSITORY',
      'GITHUB_REPOSITORY_OWNER',
      'GITHUB_RUN_ID',
      'GITHUB_SHA',
      'RUNNER_NAME',
      'RUNNER_OS',
    ),
    ...githubPullRequest,
  ],

  runUrl(env) {
    // Set on every runner; on GitHub Enterprise it is not github.com.
    const server = valueOf(env, 'GITHUB_SERVER_URL').replace(/\/+$/, '') || 'https://github.com'
    return `${server}/${valueOf(env, 'GITHUB_REPOSITORY')}/actions/runs/${valueOf(env, 'GITHUB_RUN_ID')}`
  },

  environment(env) {
    const who = valueOf(env, 'RUNNER_ENVIRONMENT')
    if (who === 'github-hosted') return 'managed'
    return who === 'self-hosted' ? 'self-hosted' : 'unknown'
  },
}
