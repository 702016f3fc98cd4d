import type { LoggedEntry } from '../audit/audit-lines.ts'
import type { Client } from '../client.ts'

/** Entries in the order of the log, as the server streams them. */
export async function* readLog(client: Pick<Client, 'log'>): AsyncGenerator<LoggedEntry> {
  for await (const { entries } of client.log.read({ from: 0n }, { timeoutMs: 0 })) {
    for (const { position, content } of entries) yield { position: Number(position), content }
  }
}
