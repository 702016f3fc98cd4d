import { isDeepStrictEqual } from 'node:util'

import type { Authority } from './authority.ts'
import type { Der } from './der.ts'
import { jobCa } from './job-ca.ts'
import type { JobCa } from './job-ca.ts'
import { openKeyring, readKeys, workingKey } from './key-sources.ts'
import type { Generations, Keyring, KeySettings } from './key-sources.ts'
import { currentAt } from './keyring.ts'
import type { Dated, KeptAuthority } from './keyring.ts'
import { logKeysOf } from './log-keys.ts'
import type { LogKeys } from './log-keys.ts'
import type { SigningKey } from './signing-key.ts'
import { timestampAuthority } from './timestamp-authority.ts'
import type { TimestampAuthority } from './timestamp-authority.ts'
import { readTimestampChains } from './timestamp-chains.ts'
import { readRepository } from './trust-repository.ts'
import type { RepositoryContent } from './trust-repository.ts'
import { repositoryOf, trustOf } from './trust.ts'
import type { Trust } from './trust.ts'

/**
 * Everything that signs, each as it is at the moment that it is asked for: a rotation takes effect at its time. Two
 * hierarchies that never meet: what jobs get a certificate from (with the timestamp authority), and what only the control
 * plane signs with.
 */
export interface Signing {
  readonly jobCa: JobCa
  readonly timestampAuthority: TimestampAuthority
  readonly provenance: ProvenanceKey
  readonly log: LogKeys
  readonly trust: Trust
  /** Certificates of every generation of every authority, DER. */
  readonly certificates: readonly Der[]
  /** A file of the TUF repository of the trust roots; undefined where there is none. */
  readTrustRepository(path: string): Promise<Buffer | undefined>
  /** Looks for generations that a rotation has added. True: there are. */
  reload(): Promise<boolean>
}

export interface ProvenanceKey {
  readonly key: SigningKey
  /** DER: own certificate first, root last. */
  readonly chain: Authority['chain']
}

export interface SigningSettings extends KeySettings {
  /** PEM chains of other timestamp authorities that are believed, one after the other. */
  readonly trustedTimestampChains?: string | undefined
}

export async function openSigning(settings: SigningSettings): Promise<Signing> {
  const clock = settings.clock ?? (() => new Date())
  let keys = await readKeys(settings)
  let open = await openAll(settings, keys, clock)
  return {
    get jobCa() {
      return current(open.jobCas, clock())
    },
    get timestampAuthority() {
      return current(open.timestampAuthorities, clock())
    },
    get provenance() {
      return current(open.provenance, clock())
    },
    get log() {
      return logKeysOf(open.ring.log, { instanceUrl: settings.instanceUrl, now: clock() })
    },
    get trust() {
      return open.trust
    },
    get certificates() {
      return open.certificates
    },
    readTrustRepository: (path) => readRepository(open.repository, path, clock()),
    async reload() {
      const found = await readKeys(settings)
      if (isDeepStrictEqual(found, keys)) return false
      open = await openAll(settings, found, clock)
      keys = found
      return true
    },
  }
}

interface Opened {
  readonly ring: Keyring
  readonly trust: Trust
  readonly jobCas: readonly Dated<JobCa | undefined>[]
  readonly timestampAuthorities: readonly Dated<TimestampAuthority | undefined>[]
  readonly provenance: readonly Dated<ProvenanceKey | undefined>[]
  readonly certificates: readonly Der[]
  readonly repository: RepositoryContent
}

async function openAll(
  settings: SigningSettings,
  keys: Generations,
  clock: () => Date,
): Promise<Opened> {
  const { instanceUrl, env = {}, trustedTimestampChains = '' } = settings
  const ring = await openKeyring(keys, env)
  const ctLog = (): SigningKey => workingKey(ring['ct-log'], clock())
  const otherTimestampChains = readTimestampChains(trustedTimestampChains)
  const authorities = [ring['job-ca'], ring['timestamp-authority'], ring.provenance]
  const trust = trustOf(ring, { instanceUrl, otherTimestampChains })
  return {
    ring,
    trust,
    repository: repositoryOf(ring, trust),
    jobCas: each(ring['job-ca'], (authority) => jobCa(authority, { clock, ctLog })),
    timestampAuthorities: each(ring['timestamp-authority'], (authority) =>
      timestampAuthority(authority, clock),
    ),
    provenance: each(ring.provenance, (authority) => authority),
    certificates: authorities.flat().flatMap(({ it }) => it.chain),
  }
}

function each<T>(
  generations: readonly Dated<KeptAuthority>[],
  make: (authority: Authority) => T,
): readonly Dated<T | undefined>[] {
  return generations.map(({ it, ...dates }) => ({
    ...dates,
    it: it.authority && make(it.authority),
  }))
}

function current<T>(generations: readonly Dated<T | undefined>[], now: Date): T {
  const { number, it } = currentAt(generations, now)
  if (it === undefined) throw new TypeError(`the private key of generation ${number} is gone`)
  return it
}
