import { createGuardedFetch } from '@chainloop/kit/egress/guarded-fetch'
import type {
  Grants,
  ScriptHttpRequest,
  ScriptHttpResponse,
} from '@chainloop/policy/languages/script-language'
import {
  createEvaluationPool,
  type EvaluationPool,
} from '@chainloop/policy/sandbox/evaluation-pool'

import type { Config } from '../config.ts'

/** Evaluates policies in processes of their own; what these ask of the network goes through our guard. */
export interface PolicyEvaluator extends AsyncDisposable {
  readonly pool: Pick<EvaluationPool, 'run'>
  readonly fetch: NonNullable<Grants['fetch']>
  readonly limits: PolicyLimits
}

export interface PolicyLimits {
  /** Of one script, in milliseconds. */
  readonly scriptMs: number
  /** Of a material that scripts are shown, in bytes. */
  readonly maxDocumentBytes: number
  /** So long Store waits for all of a run's policies. */
  readonly waitMs: number
}

type Settings = Pick<
  Config,
  | 'egressAllow'
  | 'policyProcesses'
  | 'policyMegabytes'
  | 'policyTimeout'
  | 'policyWait'
  | 'policyDocumentBytes'
>

const MAX_ANSWER_BYTES = 4 * 1024 * 1024

export function createPolicyEvaluator(config: Settings): PolicyEvaluator {
  const { policyTimeout: scriptMs, policyDocumentBytes: maxDocumentBytes } = config
  const pool = createEvaluationPool({
    processes: config.policyProcesses,
    megabytes: config.policyMegabytes,
    // What cannot be counted from within: reading the document, and languages without a meter.
    milliseconds: 2 * scriptMs,
  })
  const guarded = createGuardedFetch({
    allow: config.egressAllow,
    timeoutMs: scriptMs,
    maxResponseBytes: MAX_ANSWER_BYTES,
    maxRedirects: 0,
  })
  return {
    pool,
    limits: { scriptMs, maxDocumentBytes, waitMs: config.policyWait },
    fetch: (request) => send(guarded, request),
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]()
      await guarded[Symbol.asyncDispose]()
    },
  }
}

async function send(
  fetch: ReturnType<typeof createGuardedFetch>,
  { method, url, headers, body, timeoutMs }: ScriptHttpRequest,
): Promise<ScriptHttpResponse> {
  const response = await fetch(url, {
    method,
    headers: { ...headers },
    signal: AbortSignal.timeout(timeoutMs),
    ...(body !== undefined && { body }),
  })
  const answered: Record<string, string[]> = {}
  for (const [name, value] of response.headers) (answered[name] ??= []).push(value)
  return {
    status: response.status,
    statusText: response.statusText,
    headers: answered,
    body: await response.text(),
  }
}
