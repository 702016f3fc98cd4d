import { spawn } from 'node:child_process'

import type { Credentials } from '../auth/credentials.ts'
import { OciError } from '../errors.ts'
import { readBounded } from '../transport/read-bounded.ts'

export interface HelperRequest {
  /** `ecr-login` of `docker-credential-ecr-login`. */
  readonly helper: string
  /** The key under which the login is filed. */
  readonly server: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
}

const TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 64 << 10
/** What helpers say, on stdout and with exit code 1, when they have nothing. */
const NOTHING = /credentials not found|credentials server URL is missing|no credentials server URL/i
/** The user name that says: the secret is a refresh token. */
const TOKEN_USER = '<token>'

/**
 * Asks a program for a login (protocol of docker-credential-helpers: server on stdin, JSON on stdout). Undefined: it
 * has none. Throws `OciError` (unauthorized) when it cannot be run, takes too long or answers nonsense.
 */
export async function askCredentialHelper(
  request: HelperRequest,
): Promise<Credentials | undefined> {
  const { helper, signal } = request
  const program = `docker-credential-${helper}`
  if (!/^[\w.-]+$/.test(helper)) throw trouble(program, 'is not the name of a helper')
  const { code, output } = await run(program, request).catch((cause: unknown) => {
    signal?.throwIfAborted()
    throw trouble(program, 'cannot be run', cause)
  })
  if (code === 0) return loginIn(program, output)
  if (NOTHING.test(output)) return undefined
  throw trouble(program, `ended with ${code ?? 'a signal (it may have taken too long)'}`)
}

async function run(
  program: string,
  { server, env, signal }: HelperRequest,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, ['get'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    env: { ...env },
    ...(signal && { signal }),
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  // A helper may end without having read.
  child.stdin.on('error', () => undefined)
  child.stdin.end(server)
  const [code, output] = await Promise.all([ended, readBounded(child.stdout, MAX_ANSWER_BYTES)])
  return { code, output: output.toString('utf8') }
}

function loginIn(program: string, output: string): Credentials | undefined {
  const { Username: username, Secret: secret } = objectIn(program, output)
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw trouble(program, 'answers without a login')
  }
  if (secret === '') return undefined
  return username === TOKEN_USER ? { identityToken: secret } : { username, password: secret }
}

function objectIn(program: string, output: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(output)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw trouble(program, 'answers with something else than JSON')
}

function trouble(program: string, what: string, cause?: unknown): OciError {
  return new OciError('unauthorized', `the credential helper ${program} ${what}`, { cause })
}
