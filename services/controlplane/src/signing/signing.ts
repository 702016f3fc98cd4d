import { join } from 'node:path'

import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import type { TrustRoot } from '@chainloop/attestation/verify/trust-root'

import { readOrGenerate } from './authority-files.ts'
import { generateAuthority, readAuthority } from './authority.ts'
import type { Authority, AuthorityKind, AuthorityPems } from './authority.ts'
import { jobCa } from './job-ca.ts'
import type { JobCa } from './job-ca.ts'
import type { SigningKey } from './signing-key.ts'
import { timestampAuthority } from './timestamp-authority.ts'
import type { TimestampAuthority } from './timestamp-authority.ts'
import { readTimestampChains } from './timestamp-chains.ts'
import { chainsByKeyId, trustedRoot } from './trusted-root.ts'

/**
 * Everything that signs. Two hierarchies that never meet: what jobs get a certificate from (with the timestamp
 * authority), and what only the control plane signs with.
 */
export interface Signing {
  readonly jobCa: JobCa
  readonly timestampAuthority: TimestampAuthority
  readonly provenance: ProvenanceKey
  readonly trust: Trust
}

export interface ProvenanceKey {
  readonly key: SigningKey
  /** DER: own certificate first, root last. */
  readonly chain: Authority['chain']
}

export interface Trust {
  /** JSON of a Sigstore trusted_root: job CA and timestamp authority. */
  readonly attestations: Buffer
  /** The same, as our own verifier wants it. */
  readonly root: TrustRoot
  /** JSON of a Sigstore trusted_root: the provenance root; nothing certified for a job chains to it. */
  readonly provenance: Buffer
  /** Key id to PEM chain, of the job CA and of the timestamp authority. */
  readonly keys: Readonly<Record<string, readonly string[]>>
  readonly timestampAuthorities: Readonly<Record<string, readonly string[]>>
}

export interface SigningSettings {
  /** URL of this instance: names certificates and identities. */
  readonly instanceUrl: string
  /** Where keys that are not given are generated and kept. */
  readonly directory?: string | undefined
  /** Given keys, by what they are for. */
  readonly given?: Partial<Readonly<Record<AuthorityKind, AuthorityPems>>> | undefined
  /** PEM chains of other timestamp authorities that are believed, one after the other. */
  readonly trustedTimestampChains?: string | undefined
  readonly clock?: (() => Date) | undefined
}

export async function openSigning(settings: SigningSettings): Promise<Signing> {
  const clock = settings.clock ?? (() => new Date())
  const [job, timestamps, provenance] = await Promise.all([
    openAuthority('job-ca', settings),
    openAuthority('timestamp-authority', settings),
    openAuthority('provenance', settings),
  ])
  return {
    jobCa: jobCa(job, clock),
    timestampAuthority: timestampAuthority(timestamps, clock),
    provenance,
    trust: trustOf(settings, { job, timestamps, provenance }),
  }
}

async function openAuthority(
  kind: AuthorityKind,
  { instanceUrl, directory, given, clock = () => new Date() }: SigningSettings,
): Promise<Authority> {
  const pems = given?.[kind]
  if (pems) return readAuthority(pems)
  if (directory === undefined) {
    throw new TypeError(`no ${kind} key is given and there is no data directory to keep one in`)
  }
  return readAuthority(
    await readOrGenerate({ parent: join(directory, 'signing'), name: kind }, () =>
      generateAuthority(kind, { url: instanceUrl, now: clock() }),
    ),
  )
}

function trustOf(
  { instanceUrl, trustedTimestampChains = '' }: SigningSettings,
  authorities: Readonly<Record<'job' | 'timestamps' | 'provenance', Authority>>,
): Trust {
  const { job, timestamps, provenance } = authorities
  const others = readTimestampChains(trustedTimestampChains)
  const withTimestamps = (certificateAuthority: Authority['chain']): Buffer =>
    trustedRoot(instanceUrl, {
      certificateAuthority,
      timestampAuthority: timestamps.chain,
      otherTimestampAuthorities: others,
    })
  const attestations = withTimestamps(job.chain)
  return {
    attestations,
    root: parseTrustRoot(attestations),
    // The root alone: the signer's own certificate travels in each bundle.
    provenance: withTimestamps(provenance.chain.slice(-1)),
    keys: chainsByKeyId(job.chain),
    timestampAuthorities: chainsByKeyId(timestamps.chain),
  }
}
