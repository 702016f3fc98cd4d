import { type Digest, isDigest } from '@chainloop/oci/digest'
import type {
  DeliveredAttestation,
  DeliveredMaterial,
  SignedEvidence,
} from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

import { asciiOf } from '../../object-storage/object-store.ts'
import type { Referrer } from './push-referrer.ts'

/** What other tools look for, by the kind of the material; https://www.iana.org/assignments/media-types */
export const referrerTypes: Readonly<Record<string, string>> = {
  SBOM_CYCLONEDX_JSON: 'application/vnd.cyclonedx+json',
  SBOM_SPDX_JSON: 'application/spdx+json',
  SARIF: 'application/sarif+json',
}

/** As cosign writes it: https://github.com/sigstore/cosign/blob/main/specs/BUNDLE_SPEC.md */
export function attestationReferrer(attestation: DeliveredAttestation): Referrer {
  const { bundle, digest, statement } = attestation
  const type = statement['predicateType']
  return {
    artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    digest: digestOf(digest),
    async *open() {
      yield bundle
    },
    annotations: {
      ...origin(attestation),
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': typeof type === 'string' ? type : '',
    },
  }
}

/** Provenance and verification summaries, as `cosign verify-attestation --new-bundle-format` finds them. */
export function evidenceReferrer(
  attestation: DeliveredAttestation,
  { bundle, digest, predicateType }: SignedEvidence,
): Referrer {
  return {
    artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    digest: digestOf(digest),
    async *open() {
      yield bundle
    },
    annotations: {
      ...origin(attestation),
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': predicateType,
    },
  }
}

export function materialReferrer(
  attestation: DeliveredAttestation,
  material: DeliveredMaterial,
): Referrer {
  return {
    artifactType: referrerTypes[material.kind] ?? 'application/octet-stream',
    digest: digestOf(material.digest),
    open: () => material.open(),
    layer: { 'org.opencontainers.image.title': asciiOf(material.fileName) },
    annotations: { ...origin(attestation), 'dev.chainloop.attestation': attestation.digest },
  }
}

/** Nothing that another attempt would write otherwise. */
function origin({ run, project, workflow }: DeliveredAttestation): Record<string, string> {
  const at = run.finishedAt ?? run.startedAt
  return {
    ...(at && { 'org.opencontainers.image.created': at.toISOString() }),
    'dev.chainloop.project': asciiOf(project.name),
    'dev.chainloop.workflow': asciiOf(workflow.name),
    'dev.chainloop.run': run.id,
  }
}

function digestOf(digest: string): Digest {
  if (isDigest(digest)) return digest
  throw new DeliveryError('permanent', `${digest} is no digest`)
}
