import { optional, required, unknownEnvironment, valueOf } from './runner.ts'
import type { Runner } from './runner.ts'

/** https://circleci.com/docs/reference/variables/ */
export const circleci: Runner = {
  type: 'CIRCLECI_BUILD',

  matches: (env) => valueOf(env, 'CI') === 'true' && valueOf(env, 'CIRCLECI') === 'true',

  variables: [
    ...required('CIRCLE_BUILD_URL', 'CIRCLE_JOB', 'CIRCLE_NODE_TOTAL', 'CIRCLE_NODE_INDEX'),
    // A pipeline is of one of them.
    ...optional('CIRCLE_BRANCH', 'CIRCLE_TAG'),
  ],

  runUrl: (env) => valueOf(env, 'CIRCLE_BUILD_URL'),
  environment: unknownEnvironment,
}
