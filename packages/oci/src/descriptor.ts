import { isDigest, type Digest } from './digest.ts'
import { OciError } from './errors.ts'

/** Distribution specification §Pushing Manifests: what every registry has to take; more is read from nowhere. */
export const MAX_MANIFEST_BYTES = 4 << 20

/** OCI image specification, descriptor.md §Properties. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly platform?: Platform
}

/** OCI image specification, image-index.md §Image Index Property Descriptions. */
export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
}

/** The parts of a manifest or an index that are read here. */
export interface Content {
  readonly mediaType: string | undefined
  readonly artifactType: string | undefined
  readonly config: Descriptor | undefined
  readonly layers: readonly Descriptor[]
  /** Of an index; undefined in a manifest. */
  readonly manifests: readonly Descriptor[] | undefined
  readonly subject: Descriptor | undefined
  readonly annotations: Readonly<Record<string, string>>
}

/** Reads a manifest or an index; throws `OciError` (malformed). */
export function parseContent(bytes: Uint8Array): Content {
  const root = recordOf(parseJson(bytes), 'the manifest')
  return {
    mediaType: textOf(root['mediaType']),
    artifactType: textOf(root['artifactType']),
    config: root['config'] === undefined ? undefined : descriptorOf(root['config']),
    layers: listOf(root['layers']) ?? [],
    manifests: listOf(root['manifests']),
    subject: root['subject'] === undefined ? undefined : descriptorOf(root['subject']),
    annotations: annotationsOf(root['annotations']) ?? {},
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw malformed('the manifest is not JSON', cause)
  }
}

function listOf(value: unknown): readonly Descriptor[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw malformed('the manifest has a list that is none')
  return value.map(descriptorOf)
}

function descriptorOf(value: unknown): Descriptor {
  const { mediaType, digest, size, ...rest } = recordOf(value, 'a descriptor')
  if (typeof mediaType !== 'string' || !isDigest(digest) || !isSize(size)) {
    throw malformed('a descriptor lacks media type, digest or size')
  }
  const artifactType = textOf(rest['artifactType'])
  const annotations = annotationsOf(rest['annotations'])
  const platform = platformOf(rest['platform'])
  return {
    mediaType,
    digest,
    size,
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations && { annotations }),
    ...(platform && { platform }),
  }
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function platformOf(value: unknown): Platform | undefined {
  if (value === undefined || value === null) return undefined
  const { os, architecture, variant } = recordOf(value, 'a platform')
  if (typeof os !== 'string' || typeof architecture !== 'string') return undefined
  return { os, architecture, ...(typeof variant === 'string' && { variant }) }
}

function annotationsOf(value: unknown): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined
  const entries = Object.entries(recordOf(value, 'annotations'))
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function recordOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(`${what} is not an object`)
  }
  return value as Record<string, unknown>
}

function malformed(message: string, cause?: unknown): OciError {
  return new OciError('malformed', message, { cause })
}
