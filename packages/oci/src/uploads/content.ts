import type { Digest } from '../digest.ts'
import { OciError } from '../errors.ts'
import { verifyBytes } from '../verify-bytes.ts'

/** What an upload sends, compared on the way. */
export interface Content {
  readonly digest: Digest
  readonly size?: number
  readonly content: Uint8Array | AsyncIterable<Uint8Array> | (() => AsyncIterable<Uint8Array>)
  readonly verify?: boolean
  readonly stallTimeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

/** The bytes, and a clock that runs while one of them waits to be taken. */
export interface Outflow extends Disposable {
  readonly bytes: AsyncIterable<Uint8Array>
  /** Aborted when the other side takes nothing for too long, and when the caller gives up. */
  readonly signal: AbortSignal
}

export function outflowOf(upload: Content): Outflow {
  const { stallTimeoutMs = 60_000, signal } = upload
  const controller = new AbortController()
  let waiting = false
  const clock = setTimeout(() => {
    if (!waiting) return
    const message = `the registry took nothing for ${stallTimeoutMs} ms`
    controller.abort(new OciError('unavailable', message))
  }, stallTimeoutMs)

  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const chunk of verified(upload)) {
      waiting = true
      clock.refresh()
      yield chunk
      waiting = false
    }
  }

  return {
    bytes: watched(),
    signal: signal ? AbortSignal.any([signal, controller.signal]) : controller.signal,
    [Symbol.dispose]: () => {
      clearTimeout(clock)
    },
  }
}

/** The bytes, compared on the way unless the caller has done that. */
export function verified({
  content,
  digest,
  size,
  verify = true,
}: Content): AsyncIterable<Uint8Array> {
  const bytes = typeof content === 'function' ? content() : content
  const source = bytes instanceof Uint8Array ? one(bytes) : bytes
  return verify ? verifyBytes(source, { digest, size }) : source
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}
