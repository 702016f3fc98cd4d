import { Socket } from 'node:net'
import os from 'node:os'

import { type CallContext, methods } from './child-call.ts'
import { connectThroughParent } from './child-egress.ts'
import { materialsFromParent } from './child-materials.ts'
import { describePlugin } from './description.ts'
import { openEgress } from './egress.ts'
import { toFailure } from './failures.ts'
import { loadPlugin } from './load-plugin.ts'
import type { ToChild, ToParent } from './messages.ts'

/** The process in which one plugin runs: what it may do is what the parent does for it. */

const { channel } = process
const tell = process.send?.bind(process)

function send(message: ToParent): void {
  tell?.(message, undefined, undefined, () => undefined)
}

/** What the permission model leaves: signals to other processes of the same user, and their debuggers. */
function disarm(): void {
  for (const name of ['kill', '_kill', '_debugProcess', '_debugEnd', 'binding', '_linkedBinding']) {
    Object.defineProperty(process, name, { value: undefined })
  }
  Object.defineProperty(os, 'setPriority', { value: undefined })
}

const dialer = connectThroughParent(send)
const materials = materialsFromParent(send)
const running = new Map<number, AbortController>()
let context: CallContext | undefined

async function load({
  module,
  requestTimeoutMs,
}: Extract<ToChild, { type: 'load' }>): Promise<void> {
  try {
    const plugin = await loadPlugin(import.meta.resolve(module.specifier, module.from))
    const egress = openEgress({ connect: dialer.connect, timeoutMs: requestTimeoutMs })
    context = { plugin, egress, materials }
    send({ type: 'loaded', description: describePlugin(plugin) })
  } catch (cause) {
    send({ type: 'unloadable', reason: cause instanceof Error ? cause.message : String(cause) })
  }
}

async function answer({ call, method, given }: Extract<ToChild, { type: 'call' }>): Promise<void> {
  const abort = new AbortController()
  running.set(call, abort)
  try {
    if (!context) throw new Error('the plugin is not loaded')
    const value = await methods[method](context, { call, given, signal: abort.signal })
    send({ type: 'result', call, value })
  } catch (cause) {
    send({ type: 'failed', call, failure: toFailure(cause) })
  } finally {
    running.delete(call)
  }
}

function hear(message: ToChild, socket: Socket | undefined): void {
  switch (message.type) {
    case 'load':
      return void load(message)
    case 'call':
      return void answer(message)
    case 'abort':
      return running.get(message.call)?.abort()
    case 'connected':
      return dialer.answered(message, socket)
    case 'chunk':
      return materials.answered(message.request, message.chunk)
    case 'ping':
      return send({ type: 'pong', rss: process.memoryUsage.rss() })
  }
}

function crash(cause: unknown): void {
  const reason = cause instanceof Error ? cause.message : String(cause)
  tell?.({ type: 'crashed', reason } satisfies ToParent, undefined, undefined, () =>
    process.exit(1),
  )
}

disarm()
process.on('message', (message, handle) => {
  hear(message as ToChild, handle instanceof Socket ? handle : undefined)
})
process.on('disconnect', () => process.exit())
process.on('uncaughtException', crash)
process.on('unhandledRejection', crash)
channel?.ref()
