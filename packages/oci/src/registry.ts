import type { Readable } from 'node:stream'

import { getGlobalDispatcher, type Dispatcher } from 'undici'

import { createAuthorizer, type Authorizer } from './auth/authorizer.ts'
import type { CredentialsProvider } from './auth/credentials.ts'
import { OciError } from './errors.ts'
import { DOCKER_HUB, isRegistryHost, isRepositoryName } from './reference.ts'
import { answerError } from './transport/answer-error.ts'
import { followRedirects } from './transport/follow-redirects.ts'
import { isLoopback } from './transport/loopback.ts'
import { attemptsOf, isSoon, isWorthRetrying, pause, type RetryOptions } from './transport/retry.ts'
import {
  headerOf,
  sendOnce,
  type Answer,
  type Method,
  type Outgoing,
  type Timeouts,
} from './transport/send-once.ts'

export interface RegistryOptions {
  /** What connects: an agent with a guard, a proxy or an authority of its own. Default: undici's global one. */
  readonly dispatcher?: Dispatcher
  readonly credentials?: CredentialsProvider
  /** Cleartext HTTP. Default: only to this machine. */
  readonly insecure?: boolean
  readonly timeouts?: Timeouts
  readonly retry?: RetryOptions
}

/** A registry, with the tokens that it gave. Safe for use by many at once; holds nothing that has to be closed. */
export interface Registry {
  /** `host[:port]` as in references; what it asks the credentials for. */
  readonly host: string
  /** `https://host/v2/` */
  readonly base: URL
  readonly retry: RetryOptions
  /** Answers with one of the `expected` statuses, the body unread; else throws `OciError`. */
  readonly send: (request: RegistryRequest) => Promise<Answer>
}

export interface RegistryRequest {
  readonly method: Method
  /** Below `/v2/`, or an address that the registry gave; to other hosts nothing is said about who asks. */
  readonly path: string | URL
  readonly expected: readonly number[]
  readonly scopes: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  /** With a stream the request is sent once only. */
  readonly body?: Uint8Array | Readable
  /** Default: what `RegistryOptions` has. */
  readonly headersTimeoutMs?: number
  /** False: the caller repeats by itself. */
  readonly repeat?: boolean
  readonly signal?: AbortSignal | undefined
}

/** One repository of a registry. */
export interface Repository {
  readonly registry: Registry
  readonly name: string
}

/** Throws `OciError` (invalid) when that is no host. Does not connect. */
export function openRegistry(host: string, options: RegistryOptions = {}): Registry {
  if (!isRegistryHost(host)) {
    throw new OciError('invalid', `${JSON.stringify(host)} is not the host of a registry`)
  }
  const base = new URL(`${schemeFor(host, options.insecure)}://${apiHost(host)}/v2/`)
  const dispatcher = options.dispatcher ?? getGlobalDispatcher()
  const send = (outgoing: Outgoing): Promise<Answer> =>
    sendOnce(dispatcher, outgoing, options.timeouts)
  const authorizer = createAuthorizer({
    registry: host,
    base,
    credentials: options.credentials,
    send,
  })
  const { retry = {} } = options
  return {
    host,
    base,
    retry,
    send: (request) => persist({ base, send, authorizer, retry }, request),
  }
}

/** Throws `OciError` (invalid) when that is no name. */
export function openRepository(registry: Registry, name: string): Repository {
  if (!isRepositoryName(name)) {
    throw new OciError('invalid', `${JSON.stringify(name)} is not the name of a repository`)
  }
  return { registry, name }
}

/** Distribution specification §Determining Support. Throws when nobody answers or the login is refused. */
export async function pingRegistry(registry: Registry, signal?: AbortSignal): Promise<void> {
  const answer = await registry.send({
    method: 'GET',
    path: '',
    expected: [200],
    scopes: [],
    signal,
  })
  await answer.discard()
}

export function scopeOf(name: string, actions: 'pull' | 'pull,push' | 'delete'): string {
  return `repository:${name}:${actions}`
}

interface Connection {
  readonly base: URL
  readonly send: (outgoing: Outgoing) => Promise<Answer>
  readonly authorizer: Authorizer
  readonly retry: RetryOptions
}

/** Repeats what may be repeated, for as long as the trouble looks temporary. */
async function persist(connection: Connection, request: RegistryRequest): Promise<Answer> {
  const attempts = canRepeat(request) ? attemptsOf(connection.retry) : 1
  for (let attempt = 0; ; attempt += 1) {
    const last = attempt + 1 >= attempts
    const answer = await authorized(connection, request).catch((cause: unknown) => {
      if (last || !isTemporary(cause)) throw cause
      return undefined
    })
    if (answer && request.expected.includes(answer.status)) return answer
    const after = answer && headerOf(answer, 'retry-after')
    if (answer) {
      const again = !last && isWorthRetrying(answer.status) && isSoon(connection.retry, after)
      if (!again) throw await answerError(answer)
      await answer.discard()
    }
    await pause({ ...connection.retry, attempt, after }, request.signal)
  }
}

function canRepeat({ body, repeat = true }: RegistryRequest): boolean {
  return repeat && (body === undefined || body instanceof Uint8Array)
}

function isTemporary(cause: unknown): boolean {
  return (
    cause instanceof OciError &&
    cause.kind === 'unavailable' &&
    (cause.status === undefined || isWorthRetrying(cause.status))
  )
}

async function authorized(connection: Connection, request: RegistryRequest): Promise<Answer> {
  const { base, authorizer } = connection
  const url = addressOf(base, request.path)
  const own = url.origin === base.origin
  const known = own ? await authorizer.headerFor(request.scopes, request.signal) : undefined
  const answer = await exchange(connection, request, { url, authorization: known })
  if (answer.status !== 401 || !own || answer.url.origin !== base.origin || isStream(request)) {
    return answer
  }
  const better = await authorizer.afterChallenge({
    header: answer.headers['www-authenticate'],
    scopes: request.scopes,
    refused: known,
    signal: request.signal,
  })
  if (better === undefined) return answer
  await answer.discard()
  return exchange(connection, request, { url, authorization: better })
}

function isStream({ body }: RegistryRequest): boolean {
  return body !== undefined && !(body instanceof Uint8Array)
}

function exchange(
  { base, send }: Connection,
  request: RegistryRequest,
  { url, authorization }: { url: URL; authorization: string | undefined },
): Promise<Answer> {
  const { method, headers, body, signal, headersTimeoutMs } = request
  return followRedirects(send, base, {
    method,
    url,
    headers: { ...headers, ...(authorization !== undefined && { authorization }) },
    body,
    signal,
    headersTimeoutMs,
  })
}

function addressOf(base: URL, path: string | URL): URL {
  return typeof path === 'string' ? new URL(`${base.href}${path}`) : path
}

function schemeFor(host: string, insecure: boolean | undefined): 'http' | 'https' {
  return (insecure ?? isLoopback(host)) ? 'http' : 'https'
}

/** Docker Hub answers under another name than the one in references. */
function apiHost(host: string): string {
  return host === DOCKER_HUB || host === 'docker.io' ? 'registry-1.docker.io' : host
}
