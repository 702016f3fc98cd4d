import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { readAuthority, readChain } from './authority.ts'
import type { Authority } from './authority.ts'
import type { Der } from './der.ts'
import type { Generation } from './generations.ts'
import { ed25519Key, signingKey } from './signing-key.ts'
import type { AnyKey, KeyEnvironment, SigningKey } from './signing-key.ts'

/** One generation of a key, ready to sign, and when it is believed. */
export interface Dated<T> {
  readonly number: number
  /** Signs from then on. Undefined: from the beginning. */
  readonly since: Date | undefined
  /** Nothing later is believed. Undefined: no end. */
  readonly end: Date | undefined
  readonly it: T
}

/** Certificates, and the key if it is still there. */
export interface KeptAuthority {
  readonly chain: readonly Der[]
  readonly authority: Authority | undefined
}

export interface KeptKey<K> {
  readonly publicKey: KeyObject
  readonly key: K | undefined
}

/** Certificates that were about to be issued when a key's time ended are out of use after this. */
export const AUTHORITY_OVERLAP_MS = 3600 * 1000
/** A retired log key goes on signing beside its successor, for those who know only it. */
export const LOG_OVERLAP_MS = 30 * 24 * 3600 * 1000

export async function openAuthorities(
  generations: readonly Generation[],
  env: KeyEnvironment,
): Promise<readonly Dated<KeptAuthority>[]> {
  return dated(generations, AUTHORITY_OVERLAP_MS, async ({ chain, key }) => {
    if (chain === undefined) throw new TypeError('a signing authority holds only a part: no chain')
    if (key === undefined) return { chain: readChain(chain, undefined), authority: undefined }
    const authority = await readAuthority({ chain, key }, env)
    return { chain: authority.chain, authority }
  })
}

export function openSigningKeys(
  generations: readonly Generation[],
  env: KeyEnvironment,
): Promise<readonly Dated<KeptKey<SigningKey>>[]> {
  return dated(generations, AUTHORITY_OVERLAP_MS, async ({ key: text, publicKey }) => {
    if (text === undefined) return { publicKey: publicOf(publicKey), key: undefined }
    const key = await signingKey(text, env)
    return { publicKey: key.publicKey, key }
  })
}

export function openNoteKeys(
  generations: readonly Generation[],
  env: KeyEnvironment,
): Promise<readonly Dated<KeptKey<AnyKey>>[]> {
  return dated(generations, LOG_OVERLAP_MS, async ({ key: text, publicKey }) => {
    if (text === undefined) return { publicKey: publicOf(publicKey), key: undefined }
    const key = await ed25519Key(text, env)
    return { publicKey: key.publicKey, key }
  })
}

function publicOf(pem: string | undefined): KeyObject {
  if (pem !== undefined) return createPublicKey(pem)
  throw new TypeError('a signing key has neither a private nor a public half')
}

async function dated<T>(
  generations: readonly Generation[],
  overlapMs: number,
  open: (generation: Generation) => Promise<T>,
): Promise<readonly Dated<T>[]> {
  return Promise.all(
    generations.map(async (generation, index) => {
      const { number, since } = generation
      const { since: next, closes } = generations[index + 1] ?? {}
      const end = closes ?? (next && new Date(+next + overlapMs))
      return { number, since, end, it: await open(generation) }
    }),
  )
}

/** Who signs at that time: the latest that has begun. */
export function currentAt<T>(generations: readonly Dated<T>[], now: Date): Dated<T> {
  const begun = generations.filter(({ since }) => since === undefined || since <= now)
  const current = begun.at(-1)
  if (current === undefined) throw new TypeError('no generation of a signing key has begun')
  return current
}
