import { hexOf } from '../digest.ts'
import { encodeBase64 } from '../json/base64.ts'
import type { MaterialDescriptor } from '../predicate/predicate.ts'
import type { ContainerImage, MainComponent, Material } from './material.ts'

type Annotations = Record<string, string | boolean>

/** A material as the predicate lists it; what we say about it outranks what its crafter and the run said. */
export function toDescriptor(material: Material): MaterialDescriptor {
  const name = nameOf(material)
  const content = contentOf(material)
  return {
    ...(name !== '' && { name }),
    digest: { sha256: hexOf(material.digest) },
    ...(content && { content: encodeBase64(content) }),
    annotations: { ...material.annotations, ...builtIn(material) },
  }
}

function nameOf({ what }: Material): string {
  if (what.type === 'image') return what.image.repository
  return what.type === 'file' ? what.filename : ''
}

function contentOf({ what, inline }: Material): Uint8Array | undefined {
  if (what.type === 'string') return new TextEncoder().encode(what.value)
  return what.type === 'file' && inline ? what.content : undefined
}

function builtIn(material: Material): Annotations {
  const { what } = material
  return {
    'chainloop.material.type': material.kind,
    'chainloop.material.name': material.name,
    ...(what.type === 'image' && imageAnnotations(what.image)),
    ...(what.type === 'file' && what.mainComponent && componentAnnotations(what.mainComponent)),
    ...(material.uploaded && { 'chainloop.material.cas': true }),
    ...(material.inline && { 'chainloop.material.cas.inline': true }),
  }
}

function imageAnnotations({ tag, hasLatestTag, signature }: ContainerImage): Annotations {
  return {
    ...(tag !== undefined && { 'chainloop.material.image.tag': tag }),
    'chainloop.material.image.is_latest_tag': hasLatestTag,
    ...(signature && {
      'chainloop.material.signature': signature.manifest,
      'chainloop.material.signature.digest': signature.digest,
      'chainloop.material.signature.provider': signature.provider,
    }),
  }
}

function componentAnnotations({ name, type, version }: MainComponent): Annotations {
  return {
    'chainloop.material.sbom.main_component.name': name,
    'chainloop.material.sbom.main_component.type': type,
    'chainloop.material.sbom.main_component.version': version,
  }
}
