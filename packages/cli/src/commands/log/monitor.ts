import { rename, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

import type { KeptHead } from '@chainloop/sdk/audit/verify-audit-log'
import type { Client } from '@chainloop/sdk/client'

import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import { record } from '../../core/view.ts'
import { findingChanges } from './changed.ts'

export const logMonitor = defineCommand({
  name: 'log monitor',
  summary: 'Keep watching that the transparency log only grows',
  details:
    'Asks for the proof that the log continues the kept head, and keeps the new head instead. Ends with exit code 1 when it does not. To be run where the operator of the server cannot write. The key in the file stays the one that was kept: after a rotation, keep a head anew once the trusted root lists the new key.',
  options: {
    head: {
      type: 'string',
      placeholder: 'path',
      required: true,
      help: 'the kept head; made at the first time, replaced at every other',
    },
    every: {
      type: 'integer',
      placeholder: 'seconds',
      help: 'go on for ever, this far apart (default: once)',
    },
  },
  examples: ['chainloop log monitor --head log-head.json --every 60'],

  async run(session, { head: path, every }) {
    if (every !== undefined && every < 1) throw new UsageError('--every is 1 or more seconds')
    const client = await session.client()
    for (;;) {
      const observed = await findingChanges(() => observe(client, path))
      if (observed.otherKeys.length > 0) {
        session.io.warn(
          `the log has another key beside the kept one: ${observed.otherKeys.join(', ')}`,
        )
      }
      const { size, added, otherKeys } = observed
      if (every === undefined) return { size, added, otherKeys, head: path }
      await sleep(every * 1000)
    }
  },

  view: ({ size, added, head }) => [
    record([
      ['entries', size],
      ['new', added],
      ['head', head],
    ]),
  ],
})

interface Seen {
  readonly size: number
  readonly added: number
  readonly otherKeys: readonly string[]
}

async function observe(client: Client, path: string): Promise<Seen> {
  const kept = await readIfThere(path)
  const { currentLogHead } = await import('@chainloop/sdk/transparency/log-head')
  if (kept === undefined) {
    const { sizeOf } = await import('@chainloop/sdk/audit/audit-head')
    const head = await currentLogHead(client)
    if (head === undefined) return { size: 0, added: 0, otherKeys: [] }
    await keep(path, head)
    return { size: sizeOf(head), added: sizeOf(head), otherKeys: [] }
  }
  const { observeLog } = await import('@chainloop/sdk/transparency/monitor-log')
  const { head, ...seen } = await observeLog(client, kept)
  await keep(path, head)
  return seen
}

async function readIfThere(path: string): Promise<KeptHead | undefined> {
  const { readHead } = await import('@chainloop/sdk/audit/audit-head')
  try {
    return await readHead(path)
  } catch (cause) {
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : ''
    if (code === 'ENOENT') return undefined
    throw cause
  }
}

/** Whole or not at all. */
async function keep(path: string, head: KeptHead): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(head, null, 2)}\n`)
  await rename(`${path}.new`, path)
}
