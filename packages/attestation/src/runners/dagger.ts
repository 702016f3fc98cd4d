import { githubPullRequest, gitlabMergeRequest } from './change-request.ts'
import { isSet, optional, required, unknownEnvironment } from './runner.ts'
import type { Runner } from './runner.ts'

/** A Dagger module that calls us says so; it may pass on what the CI system around it says about the change. */
export const dagger: Runner = {
  type: 'DAGGER_PIPELINE',

  matches: (env) => isSet(env, 'CHAINLOOP_DAGGER_CLIENT'),

  variables: [
    ...required('CHAINLOOP_DAGGER_CLIENT'),
    ...githubPullRequest,
    ...gitlabMergeRequest,
    ...optional('CI_SERVER_URL', 'CI_PROJECT_PATH', 'GITLAB_USER_LOGIN'),
  ],

  runUrl: () => '',
  environment: unknownEnvironment,
}
