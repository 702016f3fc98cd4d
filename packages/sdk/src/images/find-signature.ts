import type { ImageSignature } from '@chainloop/attestation/materials/material'
import { parseContent, type Descriptor } from '@chainloop/oci/descriptor'
import type { Digest } from '@chainloop/oci/digest'
import { OciError } from '@chainloop/oci/errors'
import { getManifest, type Manifest } from '@chainloop/oci/manifests'
import { listReferrers } from '@chainloop/oci/referrers'
import type { Repository } from '@chainloop/oci/registry'

import { asSha256 } from './image-not-resolved.ts'

const COSIGN = 'application/vnd.dev.cosign.simplesigning.v1+json'
const COSIGN_ARTIFACT = 'application/vnd.dev.cosign.artifact.sig.v1+json'
const NOTATION = 'application/vnd.cncf.notary.signature'
/** https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md: signatures and attestations alike. */
const BUNDLE = 'application/vnd.dev.sigstore.bundle'
const BUNDLE_CONTENT = 'dev.sigstore.bundle.content'
const BUNDLE_PREDICATE = 'dev.sigstore.bundle.predicateType'
const SIGNED_PREDICATE = 'https://sigstore.dev/cosign/sign/v1'
/** Whoever may push may attach anything; so many are looked at. */
const MAX_CANDIDATES = 20

/**
 * Whether somebody has signed the image: cosign's tag `sha256-<hex>.sig`, then what refers to it, cosign's before
 * notation's. That a signature is there is recorded, not that it is good.
 */
export async function findSignature(
  repository: Repository,
  digest: Digest,
): Promise<ImageSignature | undefined> {
  const [tagged, referrers] = await Promise.all([
    ifVisible(getManifest(repository, `${digest.replace(':', '-')}.sig`)),
    ifVisible(listReferrers(repository, digest)),
  ])
  if (tagged !== undefined && isTagSignature(tagged)) return signature('cosign', tagged)
  return (
    (await firstOf(repository, referrers ?? [], 'cosign')) ??
    (await firstOf(repository, referrers ?? [], 'notary'))
  )
}

/** Under that tag cosign keeps attestations of another kind, too; a signature has layers of this type. */
function isTagSignature({ bytes }: Manifest): boolean {
  return parseContent(bytes).layers.some(({ mediaType }) => mediaType === COSIGN)
}

async function firstOf(
  repository: Repository,
  referrers: readonly Descriptor[],
  provider: ImageSignature['provider'],
): Promise<ImageSignature | undefined> {
  const candidates = referrers.filter((descriptor) => providerOf(descriptor) === provider)
  for (const candidate of candidates.slice(0, MAX_CANDIDATES)) {
    const manifest = await ifVisible(getManifest(repository, candidate.digest))
    if (manifest !== undefined && isSignature(candidate, manifest)) {
      return signature(provider, manifest)
    }
  }
  return undefined
}

function providerOf({ artifactType = '' }: Descriptor): ImageSignature['provider'] | undefined {
  if (artifactType === NOTATION) return 'notary'
  const isCosign = artifactType === COSIGN || artifactType === COSIGN_ARTIFACT
  return isCosign || artifactType.startsWith(BUNDLE) ? 'cosign' : undefined
}

/** A bundle says what it holds; the other types hold nothing but signatures. */
function isSignature({ artifactType = '' }: Descriptor, { bytes }: Manifest): boolean {
  if (!artifactType.startsWith(BUNDLE)) return true
  const { annotations } = parseContent(bytes)
  return (
    annotations[BUNDLE_PREDICATE] === SIGNED_PREDICATE ||
    annotations[BUNDLE_CONTENT] === 'message-signature'
  )
}

function signature(provider: ImageSignature['provider'], manifest: Manifest): ImageSignature {
  return {
    provider,
    digest: asSha256(manifest.digest),
    manifest: manifest.bytes.toString('base64'),
  }
}

/** Registries hide what is not there in many ways; an image without a signature is no failure. */
async function ifVisible<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (cause) {
    if (cause instanceof OciError && cause.kind !== 'unavailable') return undefined
    throw cause
  }
}
