import { isSet, optional, required } from './runner.ts'
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
    ...optional('GITHUB_EVENT_NAME', 'GITHUB_HEAD_REF', 'GITHUB_BASE_REF', 'GITHUB_EVENT_PATH'),
  ],

  runUrl(env) {
    // Set on every runner; on GitHub Enterprise it is not github.com.
    const server = env['GITHUB_SERVER_URL'] || 'https://github.com'
    return `${server}/${env['GITHUB_REPOSITORY'] ?? ''}/actions/runs/${env['GITHUB_RUN_ID'] ?? ''}`
  },
}
