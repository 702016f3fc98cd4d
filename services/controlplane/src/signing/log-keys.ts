import type { KeyObject } from 'node:crypto'

import type { NoteSigner } from '@chainloop/attestation/merkle/checkpoint'

import { currentAt } from './keyring.ts'
import type { Dated, KeptKey } from './keyring.ts'
import type { AnyKey } from './signing-key.ts'

/** Keys of the evidence logs, all of them Ed25519. */
export interface LogKeys {
  /** Of the instance; logs are named under it. */
  readonly host: string
  /** Those that sign now: the first one names the log, the others are on their way out. */
  readonly signers: readonly NoteSigner[]
  /** Every key that heads were, are or will be signed with. */
  readonly verifiers: readonly LogVerifierKey[]
}

export interface LogVerifierKey {
  readonly publicKey: KeyObject
  readonly end?: Date | undefined
}

/**
 * The name of an organization's log in its heads. Verifiers elsewhere know a log by a bare host name, so it has the form of
 * one; where the log is served is another matter.
 */
export function logOrigin({ host }: Pick<LogKeys, 'host'>, organizationId: string): string {
  return `${organizationId}.log.${host}`
}

/** Who signs at that time, and everybody who ever did. */
export function logKeysOf(
  generations: readonly Dated<KeptKey<AnyKey>>[],
  { instanceUrl, now }: { readonly instanceUrl: string; readonly now: Date },
): LogKeys {
  const first = currentAt(generations, now)
  const live = generations
    .filter(({ number, end }) => number <= first.number && (end === undefined || end > now))
    .toSorted((a, b) => b.number - a.number)
  const signers = live.flatMap(({ it }) => it.key ?? [])
  if (first.it.key === undefined) throw new TypeError('the key of the logs is gone')
  return {
    host: new URL(instanceUrl).hostname,
    signers,
    verifiers: generations.map(({ it, end }) => ({ publicKey: it.publicKey, end })),
  }
}
