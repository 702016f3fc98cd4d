import {
  InvalidCheckpoint,
  type LogVerifier,
  openCheckpoint,
  parseVerifierKey,
  signerOf,
  verifierKey,
} from '@chainloop/attestation/merkle/checkpoint'
import { Code, ConnectError } from '@connectrpc/connect'

import type { KeptHead } from '../audit/verify-audit-log.ts'
import type { Client } from '../client.ts'

/** A head of the log, with the key that signed it first. */
export type LogHead = KeptHead

/** The newest head that the server has signed; undefined for a log without entries. Throws `InvalidCheckpoint`. */
export async function currentLogHead(client: Pick<Client, 'log'>): Promise<LogHead | undefined> {
  try {
    return headOf(await client.log.getHead({}))
  } catch (cause) {
    if (ConnectError.from(cause).code === Code.NotFound) return undefined
    throw cause
  }
}

/** A checkpoint with the one of these keys that signed it. Throws `InvalidCheckpoint`. */
export function headOf({
  checkpoint,
  verifierKeys,
}: {
  readonly checkpoint: string
  readonly verifierKeys: readonly string[]
}): LogHead {
  const keys: readonly LogVerifier[] = verifierKeys.map(parseVerifierKey)
  const signer = signerOf(
    checkpoint,
    keys.map(({ publicKey }) => publicKey),
  )
  if (!signer) throw new InvalidCheckpoint('the head is signed by no key that the server shows')
  openCheckpoint(signer, checkpoint)
  return { checkpoint, verifierKey: verifierKey(signer) }
}
