import { isDigest } from '@chainloop/oci/digest'
import { headManifest } from '@chainloop/oci/manifests'
import { type Reference, fullName, parseReference } from '@chainloop/oci/reference'
import { type Registry, openRegistry, openRepository, pingRegistry } from '@chainloop/oci/registry'
import { openUpload } from '@chainloop/oci/uploads/open-upload'
import type { DeliveredImage, Delivery, SignedEvidence } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import { type Validation, definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

import { dispatcherOver } from './guarded-dispatcher.ts'
import { type Place, pushReferrer } from './push-referrer.ts'
import {
  attestationReferrer,
  evidenceReferrer,
  materialReferrer,
  referrerTypes,
} from './referrers.ts'
import { toRefusal } from './refusal.ts'

const registration = z.object({
  repository: z
    .string()
    .regex(
      /^[\w.-]+(?::\d{1,5})?(?:\/[\w.-]+)*$/,
      'must be a registry and a path, without https://',
    )
    .meta({ description: 'registry, or registry and path, of the images: registry.example/acme' }),
  username: z.string().optional().meta({ description: 'login; anonymous when absent' }),
  password: secret(z.string().optional(), 'password or token of the login'),
})

const attachment = z.object({
  materials: z
    .boolean()
    .default(true)
    .meta({ description: 'push SBOMs and SARIF reports, too, not only the attestation' }),
  evidence: z
    .boolean()
    .default(true)
    .meta({ description: 'push provenance and verification summaries, too, once they are signed' }),
})

type Registration = z.output<typeof registration>
type Connection = Pick<Validation<Registration>, 'registration' | 'connect' | 'signal'>
type OciDelivery = Delivery<Registration, z.output<typeof attachment>>

export const ociRegistry = definePlugin({
  id: 'oci-registry',
  version: '2.0.0',
  description: 'Push attestations and SBOMs beside the images that they are about',
  subscribedMaterials: Object.keys(referrerTypes),
  registration,
  attachment,

  async validate(validation) {
    await withRegistry(validation, (registry) => tryToPush(validation, registry))
  },

  async deliver(delivery) {
    const { repository } = delivery.registration
    const images = delivery.attestation.images.filter((image) => isBelow(repository, image))
    if (images.length === 0) return { detail: `no image of this run is below ${repository}` }
    return await withRegistry(delivery, async (registry) => {
      const done: string[] = []
      for (const image of images) done.push(await push(delivery, { registry, image }))
      return { responseCode: 201, detail: done.join('; ') }
    })
  },
})

function isBelow(repository: string, image: DeliveredImage): boolean {
  const own = placeOf(repository)
  const its = parseReference(image.repository)
  if (!its || its.registry !== own.registry) return false
  return own.path === '' || `${its.repository}/`.startsWith(`${own.path}/`)
}

/** The path is empty for a whole registry. */
function placeOf(repository: string): { readonly registry: string; readonly path: string } {
  const [first = '', ...rest] = repository.split('/')
  const isHost = /[.:]/.test(first) || first === 'localhost'
  if (isHost && rest.length === 0) return { registry: first, path: '' }
  const { registry, repository: path } = referenceTo(repository)
  return { registry, path }
}

function referenceTo(repository: string): Reference {
  const reference = parseReference(repository)
  if (reference) return reference
  throw new DeliveryError('permanent', `${repository} is no repository`)
}

/** Images may be anywhere below, so a neighbour will do, where the path itself cannot hold anything. */
async function tryToPush({ registration: settings, signal }: Connection, registry: Registry) {
  const { path } = placeOf(settings.repository)
  if (path === '') return pingRegistry(registry, signal)
  const tryAt = async (name: string): Promise<void> => {
    const upload = await openUpload(openRepository(registry, name), signal)
    await upload.cancel().catch(() => undefined)
  }
  await tryAt(path).catch(() => tryAt(`${path}/chainloop-test`))
}

async function push(
  { attestation, attachment: to, materials, signal }: OciDelivery,
  { registry, image }: { readonly registry: Registry; readonly image: DeliveredImage },
): Promise<string> {
  const reference = referenceTo(image.repository)
  const repository = openRepository(registry, reference.repository)
  const name = `${fullName(reference)}@${image.digest}`
  if (!isDigest(image.digest)) throw new DeliveryError('permanent', `${name} is no image`)
  const subject = await headManifest(repository, image.digest, { signal })
  if (!subject) throw new DeliveryError('retryable', `${name} is not in the registry`)
  const place: Place = { repository, subject, signal }
  for (const material of to.materials ? materials : []) {
    await pushReferrer(place, materialReferrer(attestation, material))
  }
  const digest = await pushReferrer(place, attestationReferrer(attestation))
  for (const item of to.evidence ? evidenceAbout(attestation, image) : []) {
    await pushReferrer(place, evidenceReferrer(attestation, item))
  }
  return `${name}: ${digest}`
}

/** Signed a moment after the run was stored: what was pushed before is there, and is not pushed again. */
function evidenceAbout(
  { evidence }: OciDelivery['attestation'],
  { digest }: DeliveredImage,
): SignedEvidence[] {
  if (evidence.pending) {
    throw new DeliveryError('throttled', 'the provenance of the run is pending', {
      retryAfterMs: PENDING_MS,
    })
  }
  return evidence.items.filter(({ subjectDigests }) => subjectDigests.includes(digest))
}

const PENDING_MS = 3000

async function withRegistry<T>(
  { registration: settings, connect, signal }: Connection,
  perform: (registry: Registry) => Promise<T>,
): Promise<T> {
  const dispatcher = dispatcherOver(connect, signal)
  const { username, password = '' } = settings
  const host = placeOf(settings.repository).registry
  const registry = openRegistry(host, {
    dispatcher,
    // To no other registry, wherever a redirect leads.
    credentials: (asking) =>
      username !== undefined && asking === host ? { username, password } : undefined,
    // The queue tries again, and knows how often.
    retry: { attempts: 1 },
  })
  try {
    return await perform(registry)
  } catch (cause) {
    throw toRefusal(cause)
  } finally {
    await dispatcher.destroy()
  }
}
