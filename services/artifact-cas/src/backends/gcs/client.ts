import type { GuardedAgents } from '@chainloop/kit/egress/guarded-agent'
import { invalid } from '@chainloop/kit/errors'
import { type AuthClient, GoogleAuth, JWT } from 'google-auth-library'

import { storageError } from '../remote/failures.ts'
import type { GcsCredentials } from './credentials.ts'

const SCOPES = ['https://www.googleapis.com/auth/devstorage.read_write']

export interface GcsRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  readonly stream?: boolean
}

export interface GcsAnswer {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON, or a stream if one was asked for. */
  readonly data: unknown
}

/** Answers that are none of `expected` are thrown as errors of the storage, which `statusOf` reads. */
export type GcsSend = (request: GcsRequest, expected: readonly number[]) => Promise<GcsAnswer>

export interface GcsClientOptions {
  readonly agents: GuardedAgents
  readonly credentials: GcsCredentials
  readonly timeoutMs: number
  readonly retryDelayMs: number
}

/** Requests with the identity of a service account, or of this process. Repeats what fails for the moment. */
export async function createGcsClient(options: GcsClientOptions): Promise<GcsSend> {
  const client = await identityOf(options)
  return async ({ stream = false, body, ...request }, expected) => {
    try {
      const answer = await client.request({
        ...request,
        ...(body === undefined ? {} : { body }),
        responseType: stream ? 'stream' : 'json',
        redirect: 'manual',
        timeout: options.timeoutMs,
        validateStatus: (status) => expected.includes(status),
        retryConfig: {
          retry: 3,
          retryDelay: options.retryDelayMs,
          httpMethodsToRetry: ['GET', 'PUT', 'DELETE', 'POST'],
          statusCodesToRetry: [
            [429, 429],
            [500, 599],
          ],
        },
      })
      return answer
    } catch (cause) {
      throw new GcsFailure(cause)
    }
  }
}

async function identityOf({ agents, credentials }: GcsClientOptions): Promise<AuthClient> {
  const { client_email: email, private_key: key, private_key_id: keyId } = credentials
  const transporterOptions = {
    agent: (url: URL) => (url.protocol === 'https:' ? agents.https : agents.http),
  }
  if (email === undefined && key === undefined) {
    return new GoogleAuth({ scopes: SCOPES, clientOptions: { transporterOptions } }).getClient()
  }
  if (email === undefined || key === undefined) {
    throw invalid('client_email and private_key belong together', { reason: 'CREDENTIALS_INVALID' })
  }
  const client = new JWT({
    email,
    key,
    ...(keyId === undefined ? {} : { keyId }),
    scopes: SCOPES,
    transporterOptions,
  })
  // Signs its own tokens instead of asking an address that stands in the key file.
  client.useJWTAccessWithScope = true
  return client
}

/** What the client threw. */
export class GcsFailure extends Error {
  override readonly name = 'GcsFailure'
  readonly status: number | undefined
  readonly code: string | undefined

  constructor(cause: unknown) {
    super('Google Cloud Storage failed', { cause })
    const { status, code, response } = cause as {
      readonly status?: unknown
      readonly code?: unknown
      readonly response?: { readonly status?: unknown }
    }
    this.status = [response?.status, status].find((each) => typeof each === 'number')
    this.code = typeof code === 'string' ? code : undefined
  }
}

export function statusOf(cause: unknown): number | undefined {
  return cause instanceof GcsFailure ? cause.status : undefined
}

export function rethrow(cause: unknown): never {
  if (!(cause instanceof GcsFailure)) throw cause
  throw storageError(cause.cause, cause)
}
