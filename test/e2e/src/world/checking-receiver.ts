import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'

/** What arrived for one attachment and one attestation. */
export interface Effect {
  readonly path: string
  readonly attestationDigest: string
  /** Idempotency keys; more than one is a wrongly repeated effect. */
  readonly keys: Set<string>
  requests: number
  accepted: number
}

/** A receiver that makes each effect once by its idempotency key, and notices when it should not have had to. */
export interface CheckingReceiver extends AsyncDisposable {
  readonly url: string
  /** By `path digest`. */
  readonly effects: ReadonlyMap<string, Effect>
}

/** `misbehave` may end the response in a way of its own; true when it did. */
export async function startCheckingReceiver(
  misbehave: (response: ServerResponse) => boolean,
): Promise<CheckingReceiver> {
  const effects = new Map<string, Effect>()
  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.destroy())
  })

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { Kind: kind, Metadata: metadata } = payload(await json(request))
    if (kind !== 'ATTESTATION') {
      response.end('ok')
      return
    }
    const digest = metadata.WorkflowRun.AttestationDigest
    const path = request.url ?? ''
    const id = `${path} ${digest}`
    const effect = effects.get(id) ?? newEffect(path, digest)
    effects.set(id, effect)
    effect.keys.add(String(request.headers['idempotency-key']))
    effect.requests += 1
    if (misbehave(response)) return
    effect.accepted += 1
    response.end('ok')
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    effects,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}

function newEffect(path: string, attestationDigest: string): Effect {
  return { path, attestationDigest, keys: new Set(), requests: 0, accepted: 0 }
}

interface Payload {
  readonly Kind: string
  readonly Metadata: { readonly WorkflowRun: { readonly AttestationDigest: string } }
}

/** Read leniently: who receives is not who is tested. */
function payload(body: unknown): Payload {
  return body as Payload
}
