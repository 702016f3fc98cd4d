import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

import type { Client } from '../client.ts'
import { UnexpectedAnswer } from '../connection/unexpected-answer.ts'

/** The line of one entry: `{"position":0,"entry":{…}}`, the entry byte for byte as the log has hashed it. */
export interface LoggedEntry {
  readonly position: number
  readonly content: Uint8Array
}

/** Entries in the order of the log, as the server streams them. */
export async function* readAuditLog(
  client: Pick<Client, 'audit'>,
  { from = 0, follow = false }: { readonly from?: number; readonly follow?: boolean } = {},
): AsyncGenerator<LoggedEntry> {
  const pages = client.audit.read({ from: BigInt(from), follow }, { timeoutMs: 0 })
  for await (const { entries } of pages) {
    for (const { position, content } of entries) {
      if (position === undefined) throw new UnexpectedAnswer('an entry of the log has no position')
      yield { position: Number(position), content }
    }
  }
}

const LINE = /^\{"position":(\d{1,16}),"entry":(\{.*\})\}$/

export function formatAuditLine({ position, content }: LoggedEntry): string {
  return `{"position":${position},"entry":${Buffer.from(content).toString()}}`
}

/** Not a line of an export. */
export class InvalidExport extends Error {
  override readonly name = 'InvalidExport'
}

/** Entries of a file that `audit export` wrote. Throws `InvalidExport`. */
export async function* readAuditExport(path: string): AsyncGenerator<LoggedEntry> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity })
  let number = 0
  for await (const line of lines) {
    number += 1
    const [, position = '', entry = ''] = LINE.exec(line) ?? []
    if (entry === '') throw new InvalidExport(`${path}:${number}: not an entry of an audit log`)
    yield { position: Number(position), content: Buffer.from(entry) }
  }
}
