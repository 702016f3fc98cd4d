import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** What OPA says about one document: its value as JSON, nothing, or the first error. */
export type Said =
  | { readonly value: unknown }
  | { readonly undefined: true }
  | { readonly code: string; readonly message: string }

export interface OpaRequest {
  readonly path: string
  /** As JSON. */
  readonly input: string
  /** Whether a failing built-in function is an error. */
  readonly strict: boolean
}

export interface Opa extends AsyncDisposable {
  /** Undefined: it compiles. */
  compile(module: string): Promise<Extract<Said, { code: string }> | undefined>
  /** A document of the module that was compiled last, `p/q`. */
  evaluate(request: OpaRequest): Promise<Said>
}

/** There are calls that it never answers. */
const PATIENCE_MS = 2_000

/** A server of the real engine on a socket in this folder. */
export async function startOpa(program: string, folder: string): Promise<Opa> {
  const socketPath = join(folder, 'opa.sock')
  const child = spawn(
    program,
    [
      'run',
      '--server',
      '--addr',
      `unix://${socketPath}`,
      '--log-level',
      'error',
      '--disable-telemetry',
    ],
    { stdio: 'ignore' },
  )
  const gone = once(child, 'exit')
  const ask = async (method: string, path: string, body: string): Promise<Answer> => {
    const asking = request({ socketPath, method, path, signal: AbortSignal.timeout(PATIENCE_MS) })
    asking.end(body)
    const [response] = await once(asking, 'response')
    return { status: response.statusCode, body: JSON.parse((await text(response)) || '{}') }
  }
  await ready(ask)
  return {
    async compile(module) {
      const { status, body } = await ask('PUT', '/v1/policies/fuzz', module)
      return status === 200 ? undefined : errorOf(body)
    },
    async evaluate({ path, input, strict }) {
      const url = `/v1/data/${path}?strict-builtin-errors=${strict}`
      const { status, body } = await ask('POST', url, `{"input": ${input}}`)
      if (status !== 200) return errorOf(body)
      return 'result' in body ? { value: body['result'] } : { undefined: true }
    },
    async [Symbol.asyncDispose]() {
      child.kill()
      await gone
    },
  }
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function ready(
  ask: (method: string, path: string, body: string) => Promise<Answer>,
): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await ask('GET', '/health', '')
      return
    } catch (cause) {
      if (tries > 200) throw cause
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}

function errorOf(body: Answer['body']): Extract<Said, { code: string }> {
  const errors = body['errors']
  const first: unknown = Array.isArray(errors) ? errors[0] : body
  const { code, message } = first as { code?: string; message?: string }
  return { code: code ?? '', message: message ?? '' }
}
