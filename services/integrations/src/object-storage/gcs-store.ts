import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'

import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import type { PluginAgents } from '@chainloop/plugin-sdk/egress'
import { JWT } from 'google-auth-library'
import { z } from 'zod'

import type { NewObject, ObjectStore } from './object-store.ts'
import { toStorageError } from './storage-error.ts'

export interface GcsOptions {
  readonly bucket: string
  /** Absent: Google. */
  readonly endpoint?: string | undefined
  /** Content of the key file of a service account. */
  readonly credentials: string
  readonly agents: PluginAgents
  readonly signal: AbortSignal
}

/** Objects may be removed, too: the one that is written to try. */
const scopes = ['https://www.googleapis.com/auth/devstorage.read_write']

export function openGcs(options: GcsOptions): ObjectStore {
  const { bucket, endpoint = 'https://storage.googleapis.com', signal } = options
  const client = clientOf(options)
  const origin = endpoint.replace(/\/+$/, '')
  const path = `b/${encodeURIComponent(bucket)}/o`

  async function send(
    method: 'POST' | 'DELETE',
    url: string,
    more: { headers?: Record<string, string>; body?: Readable } = {},
  ): Promise<void> {
    await client
      .request({ method, url, ...more, redirect: 'manual', timeout: 60_000, signal, retry: false })
      .catch((cause: unknown) => {
        signal.throwIfAborted()
        throw toStorageError(cause, statusOf(cause))
      })
  }

  return {
    async put(object) {
      const boundary = `chainloop-${randomUUID()}`
      // The client wraps what the content throws.
      let problem: { readonly cause: unknown } | undefined
      const body = multipart(object, boundary, (cause) => (problem = { cause }))
      await send('POST', `${origin}/upload/storage/v1/${path}?uploadType=multipart`, {
        headers: { 'content-type': `multipart/related; boundary=${boundary}` },
        body: Readable.from(body),
      }).catch((cause: unknown) => {
        throw problem ? problem.cause : cause
      })
    },
    remove: (key) => send('DELETE', `${origin}/storage/v1/${path}/${encodeURIComponent(key)}`),
    [Symbol.dispose]: () => undefined,
  }
}

/** https://docs.cloud.google.com/storage/docs/uploading-objects#rest-upload-objects: what it is, then the bytes. */
async function* multipart(
  { key, contentType, metadata, content }: NewObject,
  boundary: string,
  failed: (cause: unknown) => void,
): AsyncIterable<Uint8Array> {
  const about = JSON.stringify({ name: key, contentType, metadata })
  yield Buffer.from(
    `--${boundary}\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${about}\r\n` +
      `--${boundary}\r\ncontent-type: ${contentType}\r\n\r\n`,
  )
  try {
    if (content instanceof Uint8Array) yield content
    else yield* content
  } catch (cause) {
    failed(cause)
    throw cause
  }
  yield Buffer.from(`\r\n--${boundary}--\r\n`)
}

const keyFile = z.object({
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.string().optional(),
})

/** Signs its own tokens instead of asking an address that stands in the key file. */
function clientOf({ credentials, agents }: GcsOptions): JWT {
  const { client_email: email, private_key: key, private_key_id: keyId } = readKeyFile(credentials)
  const client = new JWT({
    email,
    key,
    ...(keyId === undefined ? {} : { keyId }),
    scopes,
    transporterOptions: {
      agent: (url: URL) => (url.protocol === 'https:' ? agents.https : agents.http),
    },
  })
  client.useJWTAccessWithScope = true
  return client
}

function readKeyFile(credentials: string): z.output<typeof keyFile> {
  try {
    return keyFile.parse(JSON.parse(credentials))
  } catch (cause) {
    throw new DeliveryError('permanent', 'the credentials are no key file of a service account', {
      cause,
    })
  }
}

function statusOf(cause: unknown): number | undefined {
  const { status, response } = (cause ?? {}) as {
    readonly status?: unknown
    readonly response?: { readonly status?: unknown }
  }
  return [response?.status, status].find((each) => typeof each === 'number')
}
