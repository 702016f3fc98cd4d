import { isDigest, type Digest } from '@chainloop/attestation/digest'
import type { ContainerImage, ImageSignature } from '@chainloop/attestation/materials/material'
import type { Descriptor } from '@chainloop/oci/descriptor'
import { parseReference } from '@chainloop/oci/reference'

import { asSha256, ImageNotResolved } from './image-not-resolved.ts'
import { contentOf, exists, isLayoutFolder, openLayout, type Layout } from './layout.ts'
import { isImage, listPlatforms } from './list-platforms.ts'

/** Where an image layout is, and which of its images is meant. */
export interface LayoutPlace {
  readonly path: string
  readonly digest: Digest | undefined
}

const REF_NAME = 'org.opencontainers.image.ref.name'
const BASE_NAME = 'org.opencontainers.image.base.name'
const CONTAINERD_NAME = 'io.containerd.image.name'
/** What cosign and others file beside an image, by the name that it has in a registry. */
const COMPANION = /(?:^|:)sha256-[0-9a-f]{64}(?:\.(?:sig|att|sbom))?$/
const COSIGN_KIND = 'kind'

/** `folder`, `folder@sha256:…` or `archive@sha256:…`; undefined: there is no such place. */
export async function layoutPlace(typed: string): Promise<LayoutPlace | undefined> {
  if (await isLayoutFolder(typed)) return { path: typed, digest: undefined }
  const at = typed.lastIndexOf('@')
  const [path, digest] = [typed.slice(0, Math.max(at, 0)), typed.slice(at + 1)]
  return path !== '' && isDigest(digest) && (await exists(path)) ? { path, digest } : undefined
}

/** The image of a layout, without asking anybody. Rejects with `ImageNotResolved`. */
export async function imageInLayout({ path, digest }: LayoutPlace): Promise<ContainerImage> {
  const layout = await openLayout(path)
  const chosen = choose(layout.index.manifests ?? [], { path, digest })
  const own = asSha256(chosen.digest)
  const content = contentOf(await layout.read(own), `${path}: ${own}`)
  const platforms = await listPlatforms(content, async (inner) =>
    contentOf(await layout.read(inner), `${path}: ${inner}`),
  )
  const signature = await signatureIn(layout, own)
  const { tag, name } = namesOf(chosen)
  return {
    repository: `oci-layout:${name}`,
    digest: own,
    ...(tag !== undefined && { tag }),
    hasLatestTag: tag === 'latest',
    ...(signature && { signature }),
    ...(platforms.length > 0 && { platforms }),
  }
}

function choose(entries: readonly Descriptor[], { path, digest }: LayoutPlace): Descriptor {
  const images = entries.filter((entry) => isImage(entry) && !isCompanion(entry))
  const [first, ...others] = digest ? images.filter((entry) => entry.digest === digest) : images
  if (first === undefined) {
    throw new ImageNotResolved(digest ? `${path} does not list ${digest}` : `${path} has no image`)
  }
  if (others.every((entry) => entry.digest === first.digest)) return first
  const choices = images.map((entry) => `${entry.digest} ${refNameOf(entry) ?? ''}`.trim())
  throw new ImageNotResolved(
    `${path} has several images; name one as ${path}@sha256:…: ${choices.join(', ')}`,
  )
}

function isCompanion(entry: Descriptor): boolean {
  const kind = entry.annotations?.[COSIGN_KIND] ?? ''
  return (
    /^dev\.cosignproject\.cosign\/(?:sigs|atts|sboms?)$/.test(kind) ||
    COMPANION.test(refNameOf(entry) ?? '')
  )
}

function refNameOf({ annotations }: Descriptor): string | undefined {
  const name = annotations?.[REF_NAME]
  return name !== undefined && isPrintable(name) ? name : undefined
}

function isPrintable(name: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(name)
}

function namesOf({ annotations = {} }: Descriptor): { name: string; tag: string | undefined } {
  const name = [annotations[REF_NAME], annotations[BASE_NAME]].find(
    (each) => each !== undefined && isPrintable(each),
  )
  const tag = parseReference(annotations[CONTAINERD_NAME] ?? '')?.tag
  return { name: name ?? 'unknown', tag }
}

async function signatureIn(layout: Layout, digest: Digest): Promise<ImageSignature | undefined> {
  const tag = `${digest.replace(':', '-')}.sig`
  const entry = layout.index.manifests?.find(
    (each) => refNameOf(each) === tag || refNameOf(each)?.endsWith(`:${tag}`),
  )
  if (entry === undefined) return undefined
  const own = asSha256(entry.digest)
  const manifest = (await layout.read(own)).toString('base64')
  return { provider: 'cosign', digest: own, manifest }
}
