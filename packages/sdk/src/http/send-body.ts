import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'

import { HttpUnavailable } from './request.ts'

export interface Sending {
  readonly headers: Readonly<Record<string, string>>
  readonly body: AsyncIterable<Uint8Array>
  /** Bytes of the body that were handed over so far. */
  readonly onProgress: (sentBytes: number) => void
  readonly ca?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Longest time without any movement: of the body, or until it is answered. Default: 10 minutes. */
  readonly idleTimeoutMs?: number | undefined
}

/**
 * PATCHes a body of any size, a chunk at a time; a chunk is not touched any more once the next is asked for. Resolves
 * with the answer, which may come before the end of the body. Rejects with `HttpUnavailable` when the connection
 * breaks, and with what the body throws.
 */
export async function sendBody(url: URL, sending: Sending): Promise<IncomingMessage> {
  const { headers, ca, signal, idleTimeoutMs = 600_000 } = sending
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const request = send(url, {
    method: 'PATCH',
    headers: { 'user-agent': 'chainloop', ...headers },
    ...(ca === undefined ? {} : { ca }),
    ...(signal === undefined ? {} : { signal }),
  })
  request.setTimeout(idleTimeoutMs, () => {
    request.destroy(new HttpUnavailable(`${url.host} does not answer`))
  })
  const answer = answered(request, url, signal)
  // Whoever waits for it hears of it; while the body is sent nobody does.
  answer.catch(() => {})
  try {
    await writeAll(request, sending, answer)
  } catch (cause) {
    request.destroy()
    throw cause
  }
  return answer
}

function answered(
  request: ClientRequest,
  url: URL,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve)
    request.on('error', (cause: Error & { code?: string }) => {
      if (signal?.aborted === true) return reject(signal.reason)
      if (cause instanceof HttpUnavailable) return reject(cause)
      reject(new HttpUnavailable(`${url.host} broke the connection: ${cause.code}`, { cause }))
    })
  })
}

async function writeAll(
  request: ClientRequest,
  { body, onProgress }: Sending,
  answer: Promise<IncomingMessage>,
): Promise<void> {
  let over = false
  const end = (): void => {
    over = true
  }
  answer.then(end, end)
  let sent = 0
  for await (const chunk of body) {
    await written(request, chunk)
    if (over) return breakOff(request, answer)
    sent += chunk.byteLength
    onProgress(sent)
  }
  request.end()
}

/** Nobody wants the rest of the body: the connection is of no use once the answer was read. */
function breakOff(request: ClientRequest, answer: Promise<IncomingMessage>): void {
  answer.then(
    (response) => response.once('close', () => request.destroy()),
    () => {},
  )
}

/** Also resolves when nothing can be written any more: the answer says why, or its absence. */
function written(request: ClientRequest, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (request.destroyed || request.closed) return resolve()
    request.once('close', resolve)
    request.write(chunk, () => {
      request.off('close', resolve)
      resolve()
    })
  })
}
