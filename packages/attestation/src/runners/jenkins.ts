import { isSet, optional, required, unknownEnvironment, valueOf } from './runner.ts'
import type { Runner } from './runner.ts'

/** https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables; all of them: /env-vars.html of a controller. */
export const jenkins: Runner = {
  type: 'JENKINS_JOB',

  matches: (env) => isSet(env, 'JENKINS_HOME') && isSet(env, 'BUILD_URL'),

  variables: [
    ...required('JOB_NAME', 'BUILD_URL', 'WORKSPACE', 'NODE_NAME'),
    ...optional('GIT_BRANCH', 'GIT_COMMIT', 'AGENT_WORKDIR'),
  ],

  runUrl: (env) => valueOf(env, 'BUILD_URL'),
  environment: unknownEnvironment,
}
