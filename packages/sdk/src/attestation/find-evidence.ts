import { sha256, type Digest } from '@chainloop/attestation/digest'
import type { Evidence } from '@chainloop/attestation/materials/evidence'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'

import { localFile } from '../cas/local-file.ts'
import type { LayoutPlace } from '../images/layout-evidence.ts'
import type { RemoteKind } from '../images/remote-evidence.ts'
import { ValueNotFound, type Value } from '../values/load-value.ts'

/** Evidence with the digest of its bytes; for an image, of its manifest. */
export interface FoundEvidence extends Evidence {
  readonly digest: Digest
}

export interface FindOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The value as it was typed, for messages and for images. */
  readonly typed: string
}

/** What a value is as evidence of a kind. Rejects with `ValueNotFound`, and with what registries say. */
export async function findEvidence(
  kind: MaterialKind,
  value: Value,
  options: FindOptions,
): Promise<FoundEvidence> {
  if (kind === 'STRING') return textEvidence(await textOf(value))
  if (kind === 'CONTAINER_IMAGE') return imageEvidence(value, options)
  if (kind === 'HELM_CHART' && isRemote(options.typed)) {
    return (await registryEvidence(options, kind)).evidence
  }
  return fileEvidence(value, options)
}

/** A file, or bytes that are handled like one. */
export async function fileEvidence(value: Value, { typed }: FindOptions): Promise<FoundEvidence> {
  if (value.type === 'file') return localFile(value.path, value.name)
  if (value.type === 'bytes') return bytesEvidence(value.name, value.bytes)
  throw new ValueNotFound(`there is no file ${typed}`)
}

/** An image in a registry, or in a layout on this machine. */
async function imageEvidence(value: Value, options: FindOptions): Promise<FoundEvidence> {
  if (value.type === 'file') return layoutEvidence({ path: value.path, digest: undefined }, options)
  const { layoutPlace } = await import('../images/layout-evidence.ts')
  const place = await layoutPlace(options.typed)
  if (place !== undefined) return layoutEvidence(place, options)
  return (await registryEvidence(options, 'CONTAINER_IMAGE')).evidence
}

/** What is in a registry, and what it is. The client of registries is loaded for those who need it. */
export async function registryEvidence(
  { typed, env }: FindOptions,
  wanted: RemoteKind | undefined,
): Promise<{ readonly kind: RemoteKind; readonly evidence: FoundEvidence }> {
  const { remoteEvidence } = await import('../images/remote-evidence.ts')
  const { kind, evidence } = await remoteEvidence(typed, env, wanted)
  return { kind, evidence: { ...evidence, digest: evidence.image.digest } }
}

export async function layoutEvidence(
  place: LayoutPlace,
  { typed }: FindOptions,
): Promise<FoundEvidence> {
  const { imageInLayout } = await import('../images/layout-evidence.ts')
  const image = await imageInLayout(place)
  const nothing = bytesEvidence(image.repository, new Uint8Array())
  return { ...nothing, digest: image.digest, value: typed, image }
}

/** How helm spells what is in a registry. */
export function isRemote(typed: string): boolean {
  return typed.startsWith('oci://')
}

export function textEvidence(text: string): FoundEvidence {
  return { ...bytesEvidence('', Buffer.from(text)), value: text }
}

async function textOf(value: Value): Promise<string> {
  if (value.type === 'literal') return value.text
  if (value.type === 'bytes') return Buffer.from(value.bytes).toString('utf8')
  const { readFile } = await import('node:fs/promises')
  return readFile(value.path, 'utf8')
}

function bytesEvidence(name: string, bytes: Uint8Array): FoundEvidence {
  return {
    name,
    size: bytes.byteLength,
    digest: sha256(bytes),
    async *open() {
      yield bytes
    },
  }
}
