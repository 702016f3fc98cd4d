import { isSet, optional, required, unknownEnvironment, valueOf } from './runner.ts'
import type { Runner } from './runner.ts'

/** https://learn.microsoft.com/azure/devops/pipelines/build/variables */
export const azurePipelines: Runner = {
  type: 'AZURE_PIPELINE',

  matches: (env) => isSet(env, 'TF_BUILD') && isSet(env, 'BUILD_BUILDURI'),

  variables: [
    ...required('BUILD_REQUESTEDFOR', 'BUILD_BUILDID', 'BUILD_BUILDNUMBER', 'BUILD_BUILDURI'),
    ...optional(
      'BUILD_REQUESTEDFOREMAIL',
      'BUILD_REPOSITORY_URI',
      'BUILD_REPOSITORY_NAME',
      'BUILD_REASON',
      'TF_BUILD',
    ),
  ],

  runUrl(env) {
    const server = valueOf(env, 'SYSTEM_TEAMFOUNDATIONSERVERURI').replace(/\/+$/, '')
    const project = valueOf(env, 'SYSTEM_TEAMPROJECT')
    if (server === '' || project === '') return ''
    const job = valueOf(env, 'SYSTEM_JOBID')
    const query = new URLSearchParams({
      buildId: valueOf(env, 'BUILD_BUILDID'),
      ...(job !== '' && { j: job }),
      view: 'logs',
    })
    return `${server}/${encodeURIComponent(project)}/_build/results?${query.toString()}`
  },

  environment: unknownEnvironment,
}
