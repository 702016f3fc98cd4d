import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'

import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'

import type { Grants } from '../languages/script-language.ts'
import type { Answer, EvaluationJob, ToChild, ToParent } from './messages.ts'

/** The process ended or was ended: nothing is known about the job but that it used up what it may. */
export class EvaluationLost extends Error {
  override readonly name = 'EvaluationLost'
}

/** No verdict at all, for this reason. */
export class EvaluationRefused extends Error {
  override readonly name = 'EvaluationRefused'
}

export interface ChildLimits {
  /** Of the JavaScript heap. */
  readonly megabytes: number
}

/** What ends a job that does not end by itself, and its process. */
export interface EndOfJob {
  readonly milliseconds: number
  readonly signal?: AbortSignal | undefined
}

export interface EvaluatingChild extends AsyncDisposable {
  readonly isAlive: boolean
  /** One at a time. Throws `EvaluationLost`, `EvaluationRefused`, or what the signal was aborted with. */
  run(
    job: EvaluationJob,
    grants: Omit<Grants, 'hostnames'>,
    end: EndOfJob,
  ): Promise<readonly PolicyEvaluation[]>
}

/**
 * A process that evaluates policies: without variables of ours, without the right to write files, to open sockets or
 * to start processes (Node's permission model), with a bounded heap.
 */
export function startChild({ megabytes }: ChildLimits): EvaluatingChild {
  const extension = extname(import.meta.filename)
  const child = fork(join(import.meta.dirname, `child${extension}`), [], {
    execArgv: [
      '--permission',
      `--allow-fs-read=${installation()}`,
      `--max-old-space-size=${megabytes}`,
      '--disable-warning=ExperimentalWarning',
      ...(extension === '.ts' ? ['--conditions=chainloop-source'] : []),
    ],
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  // Starting up is not the job's time. A process that ends before is noticed by the job.
  const ready = new Promise<void>((resolve) => {
    child.once('message', () => resolve()).once('exit', () => resolve())
  })
  let isAlive = true
  child.once('exit', () => (isAlive = false))
  child.once('error', () => (isAlive = false))
  return {
    get isAlive() {
      return isAlive
    },
    async run(job, grants, end) {
      await ready
      // An abort that came before nobody would hear of.
      end.signal?.throwIfAborted()
      return converse(child, { job, grants, end })
    },
    async [Symbol.asyncDispose]() {
      if (!isAlive) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    },
  }
}

function converse(
  child: ChildProcess,
  {
    job,
    grants,
    end: { milliseconds, signal },
  }: { job: EvaluationJob; grants: Omit<Grants, 'hostnames'>; end: EndOfJob },
): Promise<readonly PolicyEvaluation[]> {
  return new Promise((resolve, reject) => {
    const end = (): boolean => child.kill('SIGKILL')
    const timer = setTimeout(end, milliseconds)
    signal?.addEventListener('abort', end)
    const done = (settle: () => void): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      child.off('message', hear).off('exit', lose).off('error', lose)
      settle()
    }
    const lose = (): void => {
      done(() => {
        if (signal?.aborted) reject(signal.reason)
        else reject(new EvaluationLost('the evaluation took more time or memory than it may'))
      })
    }
    const hear = (message: ToParent): void => {
      if (message.type === 'evaluated') done(() => resolve(message.evaluations))
      if (message.type === 'refused') done(() => reject(new EvaluationRefused(message.reason)))
      if (message.type === 'fetch' || message.type === 'discover') {
        void answerOf(message, grants).then((answer) => {
          tell(child, { type: 'answer', call: message.call, answer })
        })
      }
    }
    child.on('message', hear).once('exit', lose).once('error', lose)
    if (!child.connected) lose()
    else tell(child, { type: 'evaluate', job })
  })
}

/** What cannot be delivered any more has no reader; the end of the process tells the rest. */
function tell(child: ChildProcess, message: ToChild): void {
  if (child.connected) child.send(message, () => {})
}

type Call = Extract<ToParent, { type: 'fetch' | 'discover' }>

async function answerOf(call: Call, grants: Omit<Grants, 'hostnames'>): Promise<Answer> {
  try {
    if (call.type === 'fetch' && grants.fetch) return { value: await grants.fetch(call.request) }
    if (call.type === 'discover' && grants.discover) {
      return { value: await grants.discover(call.digest, call.kind) }
    }
    return { failure: 'it is not granted' }
  } catch (cause) {
    return { failure: cause instanceof Error ? cause.message : String(cause) }
  }
}

/** The outermost folder with modules above this file: all that the process has to read. */
function installation(): string {
  let [at, found] = [import.meta.dirname, import.meta.dirname]
  while (dirname(at) !== at) {
    if (existsSync(join(at, 'node_modules'))) found = at
    at = dirname(at)
  }
  return join(found, '*')
}
