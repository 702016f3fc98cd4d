import { readFile } from 'node:fs/promises'

import { openCheckpoint, parseVerifierKey } from '@chainloop/attestation/merkle/checkpoint'
import { Code, ConnectError } from '@connectrpc/connect'

import type { Client } from '../client.ts'
import type { KeptHead } from './verify-audit-log.ts'

/** The newest head that the server has signed; undefined for a log without entries. */
export async function currentHead(client: Pick<Client, 'audit'>): Promise<KeptHead | undefined> {
  try {
    const { checkpoint, verifierKey } = await client.audit.getHead({})
    return { checkpoint, verifierKey }
  } catch (cause) {
    if (ConnectError.from(cause).code === Code.NotFound) return undefined
    throw cause
  }
}

/** Number of entries that it stands for. Throws `InvalidCheckpoint`. */
export function sizeOf({ checkpoint, verifierKey }: KeptHead): number {
  return openCheckpoint(parseVerifierKey(verifierKey), checkpoint).size
}

/** The file holds no head. */
export class InvalidHead extends Error {
  override readonly name = 'InvalidHead'
}

/** What `audit head` wrote. Throws `InvalidHead`. */
export async function readHead(path: string): Promise<KeptHead> {
  const parsed: unknown = parse(await readFile(path, 'utf8'))
  if (typeof parsed !== 'object' || parsed === null) throw new InvalidHead(`${path} holds no head`)
  const checkpoint: unknown = Reflect.get(parsed, 'checkpoint')
  const verifierKey: unknown = Reflect.get(parsed, 'verifierKey')
  if (typeof checkpoint !== 'string' || typeof verifierKey !== 'string') {
    throw new InvalidHead(`${path} holds no head`)
  }
  return { checkpoint, verifierKey }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
