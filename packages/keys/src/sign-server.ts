import { createPublicKey } from 'node:crypto'

import { Agent, FormData, fetch as fetchWith } from 'undici'

import { checked } from './checked-key.ts'
import { readBody } from './http.ts'
import { KeyUnavailable, type SigningKey } from './signing-key.ts'

const SERVICE = 'SignServer'
const TIMEOUT_MS = 30_000
const MAX_SIGNATURE_BYTES = 16 * 1024

export interface SignServerOptions {
  /** PEM of the worker's public key: the protocol has no way to ask for it. */
  readonly publicKey: string
  /** PEM of the authority behind the server's certificate. */
  readonly ca?: string | undefined
  /** PEM of a client certificate with its private key. */
  readonly client?: string | undefined
  /** Of the client's private key. */
  readonly passphrase?: string | undefined
}

/** `signserver://HOST[:PORT]/WORKER` of a plain signer: it signs the bytes that it is sent, and answers the signature. */
export function openSignServerKey(reference: string, options: SignServerOptions): SigningKey {
  const [, host, worker] = /^signserver:\/\/([^/?#]+)\/([A-Za-z0-9_.-]+)$/.exec(reference) ?? []
  if (host === undefined || worker === undefined) {
    throw new KeyUnavailable(`${reference} does not name a worker: signserver://HOST/WORKER`)
  }
  const { ca, client, passphrase } = options
  const dispatcher = new Agent({
    connect: {
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
      ...(client === undefined ? {} : { cert: client, key: client }),
      ...(passphrase === undefined ? {} : { passphrase }),
    },
  })
  return checked(SERVICE, {
    publicKey: createPublicKey(options.publicKey),
    sign: (bytes) => sign({ url: `https://${host}/signserver/process`, worker, dispatcher }, bytes),
  })
}

interface Place {
  readonly url: string
  readonly worker: string
  readonly dispatcher: Agent
}

async function sign({ url, worker, dispatcher }: Place, bytes: Uint8Array): Promise<Uint8Array> {
  const body = new FormData()
  body.set('workerName', worker)
  body.set('file', new Blob([new Uint8Array(bytes)]), 'attestation.json')
  const response = await answered(() =>
    fetchWith(url, {
      method: 'POST',
      body,
      dispatcher,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }),
  )
  const signature = await readBody(SERVICE, response.body, MAX_SIGNATURE_BYTES)
  if (response.status === 200) return signature
  throw new KeyUnavailable(`${SERVICE} answered with status ${response.status}`)
}

async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    throw new KeyUnavailable(`${SERVICE} does not answer${reasonOf(cause)}`, { cause })
  }
}

/** undici says `fetch failed` and keeps the reason to itself. */
function reasonOf(error: unknown): string {
  const { cause } = typeof error === 'object' && error !== null ? (error as ErrorOptions) : {}
  return typeof cause === 'object' && cause !== null && 'message' in cause
    ? `: ${String(cause.message)}`
    : ''
}
