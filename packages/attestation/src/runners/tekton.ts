import { isSet, optional, required, valueOf } from './runner.ts'
import type { Environment, Runner } from './runner.ts'

/** A step of a Tekton task; its variables are those of `withTektonVariables`. */
export const tekton: Runner = {
  type: 'TEKTON_PIPELINE',

  matches: (env) => isSet(env, 'TEKTON_RESULTS') || isSet(env, 'TEKTON_TASKRUN_NAME'),

  variables: [
    ...required('TEKTON_TASKRUN_NAME', 'TEKTON_NAMESPACE'),
    ...optional(
      'HOSTNAME',
      'TEKTON_TASK_NAME',
      'TEKTON_PIPELINE_NAME',
      'TEKTON_PIPELINERUN_NAME',
      'TEKTON_PIPELINE_TASK_NAME',
    ),
  ],

  runUrl(env) {
    const pipelineRun = valueOf(env, 'TEKTON_PIPELINERUN_NAME')
    const path = pipelineRun === '' ? `taskruns/${taskRun(env)}` : `pipelineruns/${pipelineRun}`
    const namespace = valueOf(env, 'TEKTON_NAMESPACE')
    const dashboard = valueOf(env, 'TEKTON_DASHBOARD_URL').replace(/\/+$/, '')
    return dashboard === ''
      ? `tekton://${namespace}/${path}`
      : `${dashboard}/#/namespaces/${namespace}/${path}`
  },

  /** Workload identity is what managed clusters offer. */
  environment(env) {
    if (CLOUDS.some((name) => isSet(env, name))) return 'managed'
    return isSet(env, 'KUBERNETES_SERVICE_HOST') ? 'self-hosted' : 'unknown'
  },

  hint: 'they are labels of the pod: its service account needs the right to get pods, or the step sets them from the downward API',
}

const CLOUDS = ['GOOGLE_CLOUD_PROJECT', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AZURE_FEDERATED_TOKEN_FILE']

function taskRun(env: Environment): string {
  const name = valueOf(env, 'TEKTON_TASKRUN_NAME')
  return name === '' ? valueOf(env, 'HOSTNAME').replace(/-pod(?:-retry\d+)?$/, '') : name
}
