import { decodeBase64 } from '@chainloop/attestation/json/base64'
import { PLATFORMS_ANNOTATION } from '@chainloop/attestation/materials/image-platforms'
import type { ImagePlatform } from '@chainloop/attestation/materials/material'
import { isMaterialKind } from '@chainloop/attestation/materials/material-kind'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import { platformsOf } from '@chainloop/attestation/predicate/material-subjects'
import type { MaterialDescriptor } from '@chainloop/attestation/predicate/predicate'

import { refuse } from './refusal.ts'

/** A material as the statement describes it, before anything of it was looked at. */
export interface MaterialClaim {
  readonly name: string
  readonly kind: MaterialKind
  /** `sha256:<hex>`. */
  readonly digest: string
  /** File or image repository; empty for STRING. */
  readonly fileName: string
  readonly place: MaterialPlace
  readonly annotations: Readonly<Record<string, string | boolean>>
  /** Of an image of several platforms: its images. */
  readonly platforms: readonly ImagePlatform[]
  /** `predicate.materials[sbom]`. */
  readonly field: string
}

/**
 * Where the bytes are: in the statement, in the artifact CAS, in a registry that is not ours, or with the job, which
 * kept them to itself.
 */
export type MaterialPlace =
  | { readonly type: 'statement'; readonly content: Uint8Array }
  | { readonly type: 'cas' }
  | { readonly type: 'registry' }
  | { readonly type: 'job' }

export function readClaim(descriptor: MaterialDescriptor): MaterialClaim {
  const { annotations, digest } = descriptor
  const name = annotations['chainloop.material.name']
  const kind = annotations['chainloop.material.type']
  const field = `predicate.materials[${String(name)}]`
  if (typeof name !== 'string' || name === '') throw mismatch(field, 'has no name')
  if (typeof kind !== 'string' || !isMaterialKind(kind)) throw mismatch(field, 'has no known kind')
  const sha256 = digest['sha256']
  if (sha256 === undefined || Object.keys(digest).length !== 1) {
    throw mismatch(field, 'has no SHA-256 digest, or others beside it')
  }
  const place = placeOf({ descriptor, kind, field })
  const platforms = platformsOf(descriptor)
  if (!platforms)
    throw mismatch(`${field}.annotations.${PLATFORMS_ANNOTATION}`, 'lists no platforms')
  const fileName = descriptor.name ?? ''
  return { name, kind, digest: `sha256:${sha256}`, fileName, place, annotations, platforms, field }
}

function placeOf({
  descriptor,
  kind,
  field,
}: {
  readonly descriptor: MaterialDescriptor
  readonly kind: MaterialKind
  readonly field: string
}): MaterialPlace {
  const { annotations } = descriptor
  const uploaded = annotations['chainloop.material.cas'] === true
  const inline = annotations['chainloop.material.cas.inline'] === true
  const content = contentOf(descriptor, field)
  const embedded = inline || kind === 'STRING'
  if (uploaded && embedded) throw mismatch(field, 'is uploaded and embedded at once')
  if (embedded !== (content !== undefined)) {
    throw mismatch(field, embedded ? 'has no content' : 'has content that it does not declare')
  }
  if (content) return { type: 'statement', content }
  if (uploaded) return { type: 'cas' }
  return { type: isInRegistry(kind, annotations) ? 'registry' : 'job' }
}

/** Charts are files or lie in a registry, and then say of their tag what images say of theirs. */
function isInRegistry(kind: MaterialKind, annotations: MaterialClaim['annotations']): boolean {
  if (kind === 'CONTAINER_IMAGE') return true
  return (
    kind === 'HELM_CHART' && annotations['chainloop.material.image.is_latest_tag'] !== undefined
  )
}

function contentOf({ content }: MaterialDescriptor, field: string): Uint8Array | undefined {
  if (content === undefined) return undefined
  const bytes = decodeBase64(content)
  if (!bytes) throw mismatch(field, 'has content that is not base64')
  return bytes
}

function mismatch(field: string, problem: string): Error {
  return refuse('MATERIAL_MISMATCH', `${field} ${problem}`, { field })
}
