import { valueOf } from './runner.ts'
import type { Environment } from './runner.ts'

/** The pod that a step of Tekton runs in, as far as it may be looked at from within. */
export interface TektonPod {
  /** `/tekton/results` is a directory. */
  hasResults(): Promise<boolean>
  /** What the file of the pod's service account says; undefined without one. */
  namespace(): Promise<string | undefined>
  /** Undefined where the service account may not get pods, or nobody answers in time. */
  labels(pod: { readonly namespace: string; readonly name: string }): Promise<Labels | undefined>
}

export type Labels = Readonly<Record<string, string>>

/** https://tekton.dev/docs/pipelines/labels/#automatic-labeling */
const VARIABLES: Readonly<Record<string, string>> = {
  'tekton.dev/taskRun': 'TEKTON_TASKRUN_NAME',
  'tekton.dev/task': 'TEKTON_TASK_NAME',
  'tekton.dev/pipeline': 'TEKTON_PIPELINE_NAME',
  'tekton.dev/pipelineRun': 'TEKTON_PIPELINERUN_NAME',
  'tekton.dev/pipelineTask': 'TEKTON_PIPELINE_TASK_NAME',
}

/**
 * Tekton sets no variables. These are what it would set: TEKTON_RESULTS, TEKTON_NAMESPACE and those of the pod's labels.
 * Outside of Tekton the environment is returned as it is. What a task sets itself (from the downward API) stands where
 * the pod may not be looked at.
 */
export async function withTektonVariables(env: Environment, pod: TektonPod): Promise<Environment> {
  if (!(await pod.hasResults())) return env
  const namespace = (await pod.namespace()) ?? valueOf(env, 'TEKTON_NAMESPACE')
  const name = valueOf(env, 'HOSTNAME')
  const known = namespace !== '' && name !== ''
  const labels = (known && (await pod.labels({ namespace, name }))) || {}
  return {
    ...env,
    TEKTON_RESULTS: '/tekton/results',
    ...(namespace !== '' && { TEKTON_NAMESPACE: namespace }),
    ...Object.fromEntries(
      Object.entries(VARIABLES).flatMap(([label, variable]) =>
        Object.hasOwn(labels, label) && labels[label] !== '' ? [[variable, labels[label]]] : [],
      ),
    ),
  }
}
