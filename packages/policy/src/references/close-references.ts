import type { ContractSpec } from '@chainloop/attestation/contract/contract'
import type { Digest } from '@chainloop/attestation/digest'
import { sha256 } from '@chainloop/attestation/digest'

import { InvalidPolicy } from '../documents/invalid-policy.ts'
import { parsePolicy, parsePolicyGroup } from '../documents/parse-policy.ts'
import { policiesOf } from '../documents/policy.ts'
import type { DocumentKind, DocumentReference } from './document-reference.ts'
import {
  referencesOfAttachment,
  referencesOfContract,
  scriptReferences,
} from './document-reference.ts'
import { ReferenceRefused, isStored, isWeb, locate } from './locate.ts'

/** What one reference stood for when it was looked up. */
export interface Pin {
  readonly kind: DocumentKind
  /** As it is written, without its digest. */
  readonly reference: string
  /** Location of the document that it is written in; empty: the contract. */
  readonly referrer: string
  readonly location: string
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
}

export interface Closure {
  /** In the order in which they are found, the contract's own first. */
  readonly pins: readonly Pin[]
  readonly documents: ReadonlyMap<Digest, Uint8Array>
}

/** The bytes at a location; undefined: leave it and everything behind it out. Throws `ReferenceRefused`. */
export type Load = (wanted: {
  readonly kind: DocumentKind
  readonly location: string
  readonly digest: Digest | undefined
}) => Promise<Uint8Array | undefined>

/** Some references cannot be had, each with the reason. */
export class ContractNotClosed extends Error {
  override readonly name = 'ContractNotClosed'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('; '))
    this.problems = problems
  }
}

const MAX_DOCUMENTS = 100
const MAX_REFERENCES = 1000
const MAX_DOCUMENT_BYTES = 1024 * 1024
/** Also what one answer of a server may have. */
export const MAX_SCRIPT_BYTES = 4 * 1024 * 1024
const MAX_CLOSURE_BYTES = 16 * 1024 * 1024

/**
 * Looks up everything that a contract refers to, each location once: groups, their policies, and the scripts of
 * policies. It cannot go deeper, and there is no way back up. Throws `ContractNotClosed`.
 */
export function closeReferences(
  spec: Pick<ContractSpec, 'policies' | 'policyGroups'>,
  load: Load,
): Promise<Closure> {
  return close(() => referencesOfContract(spec), load)
}

/** The same for a policy or a group, which takes the place of the contract. */
export function closeDocument(
  { kind, bytes }: { readonly kind: DocumentKind; readonly bytes: Uint8Array },
  load: Load,
): Promise<Closure> {
  return close(() => referencesIn(kind, bytes), load)
}

async function close(references: Referrer['references'], load: Load): Promise<Closure> {
  const walk: Walk = { load, loaded: new Map(), documents: new Map(), pins: new Map(), bytes: 0 }
  let level = locateAll(walk, [{ referrer: '', references }])
  while (level.length > 0) level = locateAll(walk, await loadLevel(walk, level))
  return { pins: [...walk.pins.values()], documents: walk.documents }
}

interface Walk {
  readonly load: Load
  /** By `placeOf`. */
  readonly loaded: Map<string, Uint8Array | undefined>
  readonly documents: Map<Digest, Uint8Array>
  /** By what they are about. */
  readonly pins: Map<string, Pin>
  bytes: number
}

interface Located extends DocumentReference {
  readonly referrer: string
  readonly location: string
}

interface Referrer {
  readonly referrer: string
  readonly references: () => readonly DocumentReference[]
}

function locateAll(walk: Walk, referrers: readonly Referrer[]): Located[] {
  const problems: string[] = []
  const found = referrers.flatMap(({ referrer, references }) =>
    attempt(problems, referrer, () =>
      references().map((one) => ({ ...one, referrer, location: locate(one, referrer) })),
    ),
  )
  const places = new Set([...walk.loaded.keys(), ...found.map(placeOf)])
  if (places.size > MAX_DOCUMENTS) {
    problems.push(`the contract refers to more than ${MAX_DOCUMENTS} documents`)
  }
  if (walk.pins.size + found.length > MAX_REFERENCES) {
    problems.push(`the contract has more than ${MAX_REFERENCES} references`)
  }
  if (problems.length > 0) throw new ContractNotClosed(problems)
  return found
}

/** In the store a policy and a group may have the same name. */
function placeOf({ kind, location }: Pick<Located, 'kind' | 'location'>): string {
  return isStored(location) ? `${kind} ${location}` : location
}

/** So many requests at a time. */
const CONCURRENCY = 8

/** Loads and pins; what the documents refer to is the next level. */
async function loadLevel(walk: Walk, level: readonly Located[]): Promise<Referrer[]> {
  const problems: string[] = []
  const wanted = wantedOf(level).filter((one) => !walk.loaded.has(placeOf(one)))
  for (let at = 0; at < wanted.length; at += CONCURRENCY) {
    const some = wanted.slice(at, at + CONCURRENCY)
    await Promise.all(some.map((one) => loadOne(walk, one, problems)))
  }
  if (problems.length > 0) throw new ContractNotClosed(problems)
  return pinLevel(walk, level)
}

/** Each location once; with the digest that one of its references says, because then the bytes are checked. */
function wantedOf(level: readonly Located[]): Located[] {
  const byPlace = new Map<string, Located>()
  for (const one of level) {
    if (!byPlace.get(placeOf(one))?.digest) byPlace.set(placeOf(one), one)
  }
  return [...byPlace.values()]
}

async function loadOne(walk: Walk, one: Located, problems: string[]): Promise<void> {
  try {
    const bytes = await walk.load(one)
    walk.loaded.set(placeOf(one), bytes)
    walk.bytes += bytes?.length ?? 0
    const max = one.kind === 'script' ? MAX_SCRIPT_BYTES : MAX_DOCUMENT_BYTES
    if (bytes && bytes.length > max) throw new ReferenceRefused(`has more than ${max} bytes`)
    if (walk.bytes > MAX_CLOSURE_BYTES) {
      throw new ReferenceRefused(`all together have more than ${MAX_CLOSURE_BYTES} bytes`)
    }
  } catch (cause) {
    if (!(cause instanceof ReferenceRefused)) throw cause
    problems.push(`${whereOf(one)}: ${cause.message}`)
  }
}

function pinLevel(walk: Walk, level: readonly Located[]): Referrer[] {
  const problems: string[] = []
  const unread = new Map<string, Referrer>()
  const read = new Set([...walk.pins.values()].map(({ kind, location }) => `${kind} ${location}`))
  for (const { kind, reference, referrer, location, digest: wanted } of level) {
    const bytes = walk.loaded.get(placeOf({ kind, location }))
    if (!bytes) continue
    const digest = sha256(bytes)
    if (wanted !== undefined && wanted !== digest) {
      problems.push(`${reference} is ${digest}, not ${wanted} as the reference says`)
    }
    walk.documents.set(digest, bytes)
    const pin = { kind, reference, referrer, location, digest, size: bytes.length }
    walk.pins.set(JSON.stringify([kind, reference, referrer]), pin)
    const what = `${kind} ${location}`
    const references = () => referencesIn(kind, bytes)
    if (!read.has(what)) unread.set(what, { referrer: location, references })
  }
  if (problems.length > 0) throw new ContractNotClosed(problems)
  return [...unread.values()]
}

/** What a document refers to. Throws `InvalidPolicy` where it is not of that kind. */
export function referencesIn(kind: DocumentKind, bytes: Uint8Array): DocumentReference[] {
  switch (kind) {
    case 'policy_group':
      return policiesOf(parsePolicyGroup(bytes)).flatMap(referencesOfAttachment)
    case 'policy':
      return scriptReferences(parsePolicy(bytes))
    case 'script':
      return []
  }
}

function attempt<T>(problems: string[], referrer: string, work: () => readonly T[]): readonly T[] {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof ReferenceRefused) && !(cause instanceof InvalidPolicy)) {
      throw cause
    }
    problems.push(`${referrer === '' ? 'the contract' : referrer}: ${cause.message}`)
    return []
  }
}

function whereOf({ reference, referrer }: Located): string {
  return isWeb(reference) || referrer === '' ? reference : `${reference} (in ${referrer})`
}
