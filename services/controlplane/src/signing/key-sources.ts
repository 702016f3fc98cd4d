import { generateAuthority } from './authority.ts'
import type { AuthorityKind, GeneratedAuthority } from './authority.ts'
import { readGenerations } from './generations.ts'
import type { Generation, GivenKey, KeyKind } from './generations.ts'
import type { KeyFiles } from './key-folder.ts'
import { currentAt, openAuthorities, openNoteKeys, openSigningKeys } from './keyring.ts'
import type { Dated, KeptAuthority, KeptKey } from './keyring.ts'
import { generatePem, isReference, publicPemOf } from './signing-key.ts'
import type { AnyKey, KeyEnvironment, SigningKey } from './signing-key.ts'

export interface KeySettings {
  /** URL of this instance: names certificates and identities. */
  readonly instanceUrl: string
  /** Folder where keys that are not given are generated and kept, and where rotations put theirs. */
  readonly directory?: string | undefined
  /** Given keys, by what they are for. */
  readonly given?: Partial<Readonly<Record<KeyKind, GivenKey>>> | undefined
  /** Where references to keys lead to. */
  readonly env?: KeyEnvironment | undefined
  readonly clock?: (() => Date) | undefined
}

/** Every key of the instance in all its generations. */
export interface Keyring {
  readonly 'job-ca': readonly Dated<KeptAuthority>[]
  readonly 'timestamp-authority': readonly Dated<KeptAuthority>[]
  readonly provenance: readonly Dated<KeptAuthority>[]
  readonly 'ct-log': readonly Dated<KeptKey<SigningKey>>[]
  readonly log: readonly Dated<KeptKey<AnyKey>>[]
  /** Signs the metadata of the TUF repository. */
  readonly tuf: readonly Dated<KeptKey<AnyKey>>[]
}

export type Generations = Readonly<Record<KeyKind, readonly Generation[]>>

/** What is given and kept, as text; generates what is missing. */
export async function readKeys(settings: KeySettings): Promise<Generations> {
  const { instanceUrl: url, directory, given = {}, env = {} } = settings
  const now = (settings.clock ?? (() => new Date()))()
  const read = (kind: KeyKind, generate: () => Promise<KeyFiles>): Promise<Generation[]> =>
    readGenerations(kind, { directory, given: given[kind], generate })
  const authority = (kind: AuthorityKind, ctLog?: SigningKey): Promise<Generation[]> =>
    read(kind, async () => authorityFiles(await generateAuthority(kind, { url, now, ctLog })))

  const ctLogs = await read('ct-log', () => generatePlain('P-256'))
  const [first] = await openSigningKeys(ctLogs, env)
  const [jobCa, timestamps, provenance, log, tuf] = await Promise.all([
    authority('job-ca'),
    authority('timestamp-authority'),
    authority('provenance', first?.it.key),
    read('log', () => generatePlain('Ed25519')),
    read('tuf', () => generatePlain('Ed25519')),
  ])
  return {
    'job-ca': jobCa,
    'timestamp-authority': timestamps,
    provenance,
    'ct-log': ctLogs,
    log,
    tuf,
  }
}

export function authorityFiles({ chain, key, rootKey }: GeneratedAuthority): KeyFiles {
  return {
    'chain.pem': chain,
    [isReference(key) ? 'key' : 'key.pem']: key,
    'root-key.pem': rootKey,
  }
}

/** A key without a certificate, as files. */
export async function generatePlain(kind: 'P-256' | 'Ed25519'): Promise<KeyFiles> {
  const pem = generatePem(kind)
  return { 'key.pem': pem, 'public.pem': publicPemOf(pem) }
}

export async function openKeyring(keys: Generations, env: KeyEnvironment): Promise<Keyring> {
  const [jobCa, timestamps, provenance, ctLog, log, tuf] = await Promise.all([
    openAuthorities(keys['job-ca'], env),
    openAuthorities(keys['timestamp-authority'], env),
    openAuthorities(keys.provenance, env),
    openSigningKeys(keys['ct-log'], env),
    openNoteKeys(keys.log, env),
    openNoteKeys(keys.tuf, env),
  ])
  return {
    'job-ca': jobCa,
    'timestamp-authority': timestamps,
    provenance,
    'ct-log': ctLog,
    log,
    tuf,
  }
}

/** The key that signs at that time. Throws when it was taken away. */
export function workingKey<K>(generations: readonly Dated<KeptKey<K>>[], now: Date): K {
  const { number, it } = currentAt(generations, now)
  if (it.key === undefined) throw new TypeError(`the private key of generation ${number} is gone`)
  return it.key
}
