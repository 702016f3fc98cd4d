import type { Socket } from 'node:net'

import { EgressRefused } from '@chainloop/kit/egress/guard'
import type { GuardedConnect } from '@chainloop/kit/egress/guarded-connect'

import type { ConnectFailure, ToChild, ToParent } from './messages.ts'

export interface ParentConnect {
  readonly connect: GuardedConnect
  /** What the parent answered, with the socket. */
  readonly answered: (
    message: Extract<ToChild, { type: 'connected' }>,
    socket: Socket | undefined,
  ) => void
}

/** Connections that the parent makes and hands over: this process may not open any itself. */
export function connectThroughParent(send: (message: ToParent) => void): ParentConnect {
  const waiting = new Map<number, PromiseWithResolvers<Socket>>()
  let requests = 0
  return {
    async connect({ host, port, signal }) {
      signal.throwIfAborted()
      requests += 1
      const request = requests
      const opening = Promise.withResolvers<Socket>()
      waiting.set(request, opening)
      const stop = (): void => opening.reject(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
      send({ type: 'connect', request, host, port })
      return opening.promise.finally(() => signal.removeEventListener('abort', stop))
    },
    answered({ request, failure }, socket) {
      const opening = waiting.get(request)
      waiting.delete(request)
      if (!opening || !socket) opening?.reject(errorOf(failure))
      else {
        opening.resolve(socket)
        // Too late for a caller that gave up; otherwise this changes nothing.
        opening.promise.catch(() => socket.destroy())
      }
      if (!opening) socket?.destroy()
    },
  }
}

function errorOf(failure: ConnectFailure | undefined): Error {
  if (failure?.refused) return new EgressRefused(failure.message)
  return Object.assign(new Error(failure?.message ?? 'no connection was made'), {
    ...(failure?.code !== undefined && { code: failure.code }),
  })
}
