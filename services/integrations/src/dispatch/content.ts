import type { DeliveredAttestation, DeliveredImage } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import { z } from 'zod'

const record = z.record(z.string(), z.unknown())
const bundleWithEnvelope = z.object({ dsseEnvelope: record.and(z.object({ payload: z.base64() })) })

export type BundleContent = Pick<
  DeliveredAttestation,
  'envelope' | 'statement' | 'annotations' | 'images'
>

/** Reads what the bundle carries. The control plane has verified it; this only takes it apart. */
export function readBundle(bundle: Uint8Array): BundleContent {
  try {
    const { dsseEnvelope } = bundleWithEnvelope.parse(JSON.parse(Buffer.from(bundle).toString()))
    const payload = Buffer.from(dsseEnvelope.payload, 'base64').toString()
    const statement = record.parse(JSON.parse(payload))
    return { envelope: dsseEnvelope, statement, ...readPredicate(statement) }
  } catch (cause) {
    throw new DeliveryError('permanent', 'the stored bundle has no readable statement', { cause })
  }
}

const predicateShape = z.object({
  annotations: z.record(z.string(), z.string()).catch({}).default({}),
  materials: z.array(z.unknown()).catch([]).default([]),
})

const imageShape = z.object({
  name: z.string().min(1),
  digest: z.object({ sha256: z.string() }),
  annotations: z.object({
    'chainloop.material.type': z.literal('CONTAINER_IMAGE'),
    'chainloop.material.name': z.string().default(''),
  }),
})

/** A predicate of another kind has neither annotations nor images. */
function readPredicate(
  statement: BundleContent['statement'],
): Pick<BundleContent, 'annotations' | 'images'> {
  const { data } = predicateShape.safeParse(statement['predicate'])
  return { annotations: data?.annotations ?? {}, images: (data?.materials ?? []).flatMap(imageOf) }
}

function imageOf(material: unknown): DeliveredImage[] {
  const { data } = imageShape.safeParse(material)
  if (!data) return []
  const { name: repository, digest, annotations } = data
  const name = annotations['chainloop.material.name']
  return [{ material: name, repository, digest: `sha256:${digest.sha256}` }]
}
