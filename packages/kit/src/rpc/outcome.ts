import {
  ConnectError,
  type Interceptor,
  type StreamResponse,
  type UnaryResponse,
} from '@connectrpc/connect'

type Request = Parameters<ReturnType<Interceptor>>[0]
type Response = UnaryResponse | StreamResponse

/** How a call ended: undefined when it went well. */
export type Outcome = ConnectError | undefined

/** Runs a call and tells once how it ended: after the answer, or after the last message of a stream. */
export async function settle(
  call: () => Promise<Response>,
  ended: (outcome: Outcome) => void,
): Promise<Response> {
  const end = once(ended)
  try {
    const res = await call()
    if (res.stream) return { ...res, message: watched(res.message, end) }
    end(undefined)
    return res
  } catch (cause) {
    end(ConnectError.from(cause))
    throw cause
  }
}

/** `package.Service/Method`. */
export function rpcName(req: Request): string {
  return `${req.service.typeName}/${req.method.name}`
}

async function* watched<T>(
  stream: AsyncIterable<T>,
  end: (outcome: Outcome) => void,
): AsyncIterable<T> {
  let outcome: Outcome
  try {
    yield* stream
  } catch (cause) {
    outcome = ConnectError.from(cause)
    throw cause
  } finally {
    end(outcome)
  }
}

function once<T>(callback: (value: T) => void): (value: T) => void {
  let called = false
  return (value) => {
    if (called) return
    called = true
    callback(value)
  }
}
