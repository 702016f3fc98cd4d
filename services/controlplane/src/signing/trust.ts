import { X509Certificate } from 'node:crypto'

import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import type { TrustRoot } from '@chainloop/attestation/verify/trust-root'
import { X509Certificate as ParsedCertificate } from '@sigstore/core'

import type { Der } from './der.ts'
import type { Keyring } from './key-sources.ts'
import type { Dated, KeptAuthority } from './keyring.ts'
import type { RepositoryContent } from './trust-repository.ts'
import { chainsByKeyId, jsonFile, trustedRoot } from './trusted-root.ts'
import type { TrustedChain, TrustedKey, TrustedParties } from './trusted-root.ts'

/** The two never share a file. */
export type TrustPurpose = 'attestations' | 'provenance'

/** What verifiers elsewhere need, and nothing secret. */
export interface Trust {
  /** JSON of a Sigstore trusted_root: job CA and timestamp authorities. */
  readonly attestations: Buffer
  /** The same, as our own verifier wants it. */
  readonly root: TrustRoot
  /** JSON of a Sigstore trusted_root: the provenance root; nothing certified for a job chains to it. */
  readonly provenance: Buffer
  /** The same with an organization's log, under the name that its heads have: proofs of that log are required then. */
  withLog(purpose: TrustPurpose, origin: string): Buffer
  /** JSON of a Sigstore signing_config: whom clients may ask to sign with them. */
  readonly signingConfig: Buffer
  /** Key id to PEM chain, of the job CA and of the timestamp authority. */
  readonly keys: Readonly<Record<string, readonly string[]>>
  readonly timestampAuthorities: Readonly<Record<string, readonly string[]>>
}

interface TrustSettings {
  readonly instanceUrl: string
  readonly otherTimestampChains: readonly (readonly Der[])[]
}

const SIGNING_CONFIG_MEDIA_TYPE = 'application/vnd.dev.sigstore.signingconfig.v0.2+json'

export function trustOf(ring: Keyring, settings: TrustSettings): Trust {
  const parties = {
    attestations: partiesOf(ring, settings, 'attestations'),
    provenance: partiesOf(ring, settings, 'provenance'),
  }
  const birth = birthOf(ring)
  const attestations = trustedRoot(parties.attestations)
  return {
    attestations,
    root: parseTrustRoot(attestations),
    provenance: trustedRoot(parties.provenance),
    withLog: (purpose, origin) =>
      trustedRoot({ ...parties[purpose], log: { origin, keys: keysOf(ring.log, birth) } }),
    signingConfig: signingConfig(settings.instanceUrl, birth),
    keys: chainsByKeyId(ring['job-ca'].map(({ it }) => it.chain)),
    timestampAuthorities: chainsByKeyId(ring['timestamp-authority'].map(({ it }) => it.chain)),
  }
}

function partiesOf(
  ring: Keyring,
  { instanceUrl, otherTimestampChains }: TrustSettings,
  purpose: TrustPurpose,
): TrustedParties {
  const certificateAuthorities =
    purpose === 'attestations'
      ? chainsOf(ring['job-ca'], instanceUrl)
      : // The root alone: the signer's own certificate travels in each bundle.
        chainsOf(ring.provenance, instanceUrl).map((one) => ({
          ...one,
          chain: one.chain.slice(-1),
        }))
  const isStamped = purpose === 'attestations' || ring.provenance.every(({ it }) => hasStamp(it))
  return {
    instanceUrl,
    certificateAuthorities,
    timestampAuthorities: [
      ...chainsOf(ring['timestamp-authority'], `${instanceUrl}/tsa`),
      ...otherTimestampChains.map((chain) => ({ chain, uri: '' })),
    ],
    ctLogs: isStamped ? keysOf(ring['ct-log'], birthOf(ring)) : [],
  }
}

function chainsOf(generations: readonly Dated<KeptAuthority>[], uri: string): TrustedChain[] {
  return generations.map(({ it, end }) => ({ chain: it.chain, uri, end }))
}

/**
 * Keys of logs are believed about everything since the instance began: a successor may log what was signed before it. It is
 * their end that counts.
 */
function keysOf(
  generations: readonly Dated<Pick<TrustedKey, 'publicKey'>>[],
  start: Date,
): TrustedKey[] {
  return generations.map(({ it: { publicKey }, end }) => ({ publicKey, start, end }))
}

/** A provenance key that an operator has brought may have a certificate without a timestamp. */
function hasStamp({ chain: [own = Buffer.alloc(0)] }: KeptAuthority): boolean {
  return ParsedCertificate.parse(own).extSCT !== undefined
}

function birthOf(ring: Keyring): Date {
  const root = ring['job-ca'][0]?.it.chain.at(-1) ?? Buffer.alloc(0)
  return new X509Certificate(root).validFromDate
}

/** The two roots and the signing configuration as files of a TUF repository, under names that cannot be confused. */
export function repositoryOf(ring: Keyring, trust: Trust): RepositoryContent {
  return {
    keys: ring.tuf.map(({ it }) => it),
    birth: birthOf(ring),
    targets: {
      'trusted_root.attestations.json': trust.attestations,
      'trusted_root.provenance.json': trust.provenance,
      'signing_config.v0.2.json': trust.signingConfig,
    },
  }
}

/**
 * Certificates and log entries are not asked for by the protocols of Fulcio and Rekor, so that only the timestamp
 * authority is listed (sigstore_trustroot.proto, SigningConfig v0.2).
 */
function signingConfig(instanceUrl: string, start: Date): Buffer {
  return jsonFile({
    mediaType: SIGNING_CONFIG_MEDIA_TYPE,
    tsaUrls: [
      {
        url: `${instanceUrl}/tsa`,
        majorApiVersion: 1,
        validFor: { start: start.toISOString() },
        operator: new URL(instanceUrl).hostname,
      },
    ],
    tsaConfig: { selector: 'ANY' },
  })
}
