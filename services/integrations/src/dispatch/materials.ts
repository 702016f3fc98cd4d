import { createHash } from 'node:crypto'

import type { DeliveredMaterial } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import { z } from 'zod'

import type { ControlPlane, HeldJob } from '../control-plane.ts'
import { collect } from './collect.ts'

const annotations = z.record(z.string(), z.union([z.string(), z.boolean(), z.number()]))

const descriptor = z.object({
  name: z.string().default(''),
  digest: z.object({ sha256: z.string() }),
  content: z.base64().optional(),
  annotations: annotations.default({}),
})

const statementShape = z.object({
  predicate: z.object({ materials: z.array(z.unknown()).default([]) }),
})

export interface MaterialSource {
  readonly controlPlane: Pick<ControlPlane, 'readMaterial'>
  readonly job: HeldJob
  readonly signal: AbortSignal
}

/** Those of the kinds that the plugin wants. */
export function materialsFor(
  { subscribedMaterials }: { readonly subscribedMaterials: readonly string[] },
  materials: readonly DeliveredMaterial[],
): readonly DeliveredMaterial[] {
  if (subscribedMaterials.includes('*')) return materials
  return materials.filter(({ kind }) => subscribedMaterials.includes(kind))
}

/** What the job brought; the bytes are fetched when they are read. */
export function allMaterials(
  statement: Readonly<Record<string, unknown>>,
  source: MaterialSource,
): DeliveredMaterial[] {
  const { data } = statementShape.safeParse(statement)
  return (data?.predicate.materials ?? [])
    .map((material) => descriptor.safeParse(material).data)
    .filter((material) => material !== undefined)
    .map((material) => toMaterial(material, source))
}

const prefix = 'chainloop.material.'

function toMaterial(
  { name, digest, content, annotations: notes }: z.output<typeof descriptor>,
  { controlPlane, job, signal }: MaterialSource,
): DeliveredMaterial {
  const inStore = notes[`${prefix}cas`] === true
  const hash = `sha256:${digest.sha256}`

  async function* pieces(): AsyncIterable<Uint8Array> {
    if (content !== undefined) yield Buffer.from(content, 'base64')
    else if (inStore) yield* controlPlane.readMaterial(job, { digest: hash, signal })
    else throw new DeliveryError('permanent', `the content of ${name} was not stored`)
  }

  async function* open(): AsyncIterable<Uint8Array> {
    const seen = createHash('sha256')
    for await (const piece of pieces()) {
      seen.update(piece)
      yield piece
    }
    if (seen.digest('hex') !== digest.sha256) {
      throw new DeliveryError('retryable', `the content of ${name} is not what its digest says`)
    }
  }

  return {
    name: String(notes[`${prefix}name`] ?? ''),
    kind: String(notes[`${prefix}type`] ?? ''),
    fileName: name,
    digest: hash,
    annotations: Object.fromEntries(
      Object.entries(notes)
        .filter(([key]) => !key.startsWith('chainloop.'))
        .map(([key, value]) => [key, String(value)]),
    ),
    read: (maxBytes) => collect(open(), maxBytes),
    open,
  }
}
