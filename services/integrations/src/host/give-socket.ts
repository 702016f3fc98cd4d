import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'

import { EgressRefused } from '@chainloop/kit/egress/guard'
import type { GuardedConnect } from '@chainloop/kit/egress/guarded-connect'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

import type { ConnectFailure, ToChild } from './messages.ts'

export interface SocketGiver {
  give(wish: { request: number; host: string; port: number }): Promise<void>
}

const connectTimeoutMs = 10_000

/** Connects as the guard allows it, and hands the open socket over to the plugin's process. */
export function giveSocket(child: ChildProcess, connect: GuardedConnect | undefined): SocketGiver {
  const answer = (message: ToChild, socket?: Socket): void => {
    if (child.connected) child.send(message, socket, { keepOpen: false }, () => undefined)
    else socket?.destroy()
  }
  return {
    async give({ request, host, port }) {
      try {
        if (!connect) throw new DeliveryError('permanent', 'nothing is connected here')
        const signal = AbortSignal.timeout(connectTimeoutMs)
        const socket = await connect({ host, port, signal, isPaused: true })
        answer({ type: 'connected', request }, socket)
      } catch (cause) {
        answer({ type: 'connected', request, failure: failureOf(cause) })
      }
    },
  }
}

function failureOf(cause: unknown): ConnectFailure {
  const isObject = typeof cause === 'object' && cause !== null
  const code: unknown = isObject ? Reflect.get(cause, 'code') : undefined
  return {
    refused: cause instanceof EgressRefused,
    message: cause instanceof Error ? cause.message : String(cause),
    ...(typeof code === 'string' && { code }),
  }
}
