import { sha256, type Digest } from '@chainloop/attestation/digest'
import type { Evidence } from '@chainloop/attestation/materials/evidence'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'

import { localFile } from '../cas/local-file.ts'
import { resolveImage } from '../images/resolve-image.ts'
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
  if (kind === 'CONTAINER_IMAGE') return imageEvidence(options)
  return fileEvidence(value, options)
}

/** A file, or bytes that are handled like one. */
export async function fileEvidence(value: Value, { typed }: FindOptions): Promise<FoundEvidence> {
  if (value.type === 'file') return localFile(value.path, value.name)
  if (value.type === 'bytes') return bytesEvidence(value.name, value.bytes)
  throw new ValueNotFound(`there is no file ${typed}`)
}

export async function imageEvidence({ typed, env }: FindOptions): Promise<FoundEvidence> {
  const image = await resolveImage(typed, env)
  return {
    ...bytesEvidence(image.repository, new Uint8Array()),
    digest: image.digest,
    value: typed,
    image,
  }
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
