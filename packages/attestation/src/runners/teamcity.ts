import { isSet, optional, required, unknownEnvironment, valueOf } from './runner.ts'
import type { Runner } from './runner.ts'

/** https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html */
export const teamcity: Runner = {
  type: 'TEAMCITY_PIPELINE',

  matches: (env) => isSet(env, 'TEAMCITY_PROJECT_NAME'),

  variables: [
    ...required('BUILD_URL', 'TEAMCITY_PROJECT_NAME'),
    ...optional(
      'TEAMCITY_VERSION',
      'BUILD_NUMBER',
      'USER',
      'TEAMCITY_GIT_VERSION',
      'BUILD_VCS_NUMBER',
      'HOME',
    ),
  ],

  runUrl: (env) => valueOf(env, 'BUILD_URL'),
  environment: unknownEnvironment,
}
