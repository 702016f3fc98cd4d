import { join } from 'node:path'

import type { AuthorityKind } from './authority.ts'
import { readKeyFolder, readOrGenerate } from './key-folder.ts'
import type { KeyFiles } from './key-folder.ts'

/** What each key is for; they never stand in for each other. */
export type KeyKind = AuthorityKind | 'ct-log' | 'log' | 'tuf'

/** A key as it is given or kept. */
export interface GivenKey {
  /** PEM or the reference of a KMS key; absent: taken away, because its time is over. */
  readonly key?: string | undefined
  /** PEM, own certificate first, root last; of authorities. */
  readonly chain?: string | undefined
  /** PEM; of keys without a certificate. */
  readonly publicKey?: string | undefined
}

/** The first one is there from the beginning; a rotation adds one. */
export interface Generation extends GivenKey {
  /** From 1. */
  readonly number: number
  /** Signs from then on, and is published before. Undefined: the first one. */
  readonly since: Date | undefined
  /** Nothing later is believed of the generation before it; undefined: that overlaps for a while. */
  readonly closes: Date | undefined
}

export interface KeyPlace {
  /** `<kind>` holds the first generation, `<kind>.2` the second … */
  readonly directory: string | undefined
  readonly given: GivenKey | undefined
  readonly generate: () => Promise<KeyFiles>
}

/** Every generation of a key, oldest first; the first one is generated where it is neither given nor kept. */
export async function readGenerations(kind: KeyKind, place: KeyPlace): Promise<Generation[]> {
  const { directory } = place
  const generations = [await firstOf(kind, place)]
  if (directory === undefined) return generations
  for (let number = 2; ; number += 1) {
    const files = await readKeyFolder({ parent: directory, name: folderName(kind, number) })
    if (!files) return generations
    const path = join(directory, folderName(kind, number))
    const since = timeIn(files, 'since', path)
    const closes = files['closes'] === undefined ? undefined : timeIn(files, 'closes', path)
    generations.push({ number, since, closes, ...keysIn(files) })
  }
}

/** The name of a generation's folder. */
export function folderName(kind: KeyKind, number: number): string {
  return number === 1 ? kind : `${kind}.${number}`
}

async function firstOf(kind: KeyKind, place: KeyPlace): Promise<Generation> {
  const { directory, given, generate } = place
  if (given) return { number: 1, since: undefined, closes: undefined, ...given }
  if (directory === undefined) {
    throw new TypeError(`no ${kind} key is given and there is no data directory to keep one in`)
  }
  const files = await readOrGenerate({ parent: directory, name: kind }, generate)
  return { number: 1, since: undefined, closes: undefined, ...keysIn(files) }
}

function keysIn(files: KeyFiles): GivenKey {
  return {
    key: files['key.pem'] ?? files['key'],
    chain: files['chain.pem'],
    publicKey: files['public.pem'],
  }
}

function timeIn(files: KeyFiles, name: string, path: string): Date {
  const time = new Date((files[name] ?? '').trim())
  if (Number.isNaN(+time)) throw new TypeError(`${join(path, name)} holds no time`)
  return time
}
