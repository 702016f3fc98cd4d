import { gitlabMergeRequest } from './change-request.ts'
import { isSet, optional, required, unknownEnvironment, valueOf } from './runner.ts'
import type { Runner } from './runner.ts'

/** https://docs.gitlab.com/ci/variables/predefined_variables/ */
export const gitlab: Runner = {
  type: 'GITLAB_PIPELINE',

  matches(env) {
    return isSet(env, 'GITLAB_CI') && isSet(env, 'CI_JOB_URL')
  },

  variables: [
    ...required(
      'GITLAB_USER_EMAIL',
      'GITLAB_USER_LOGIN',
      'CI_SERVER_URL',
      'CI_PROJECT_URL',
      'CI_COMMIT_SHA',
      'CI_JOB_URL',
      'CI_PIPELINE_URL',
      'CI_RUNNER_VERSION',
      'CI_COMMIT_REF_NAME',
      'CI_PROJECT_PATH',
    ),
    ...optional('CI_RUNNER_DESCRIPTION'),
    ...gitlabMergeRequest,
  ],

  runUrl: (env) => valueOf(env, 'CI_JOB_URL'),

  // Only the job's identity token says who operates the machine.
  environment: unknownEnvironment,
}
