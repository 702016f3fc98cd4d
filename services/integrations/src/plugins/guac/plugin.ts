import { createHash } from 'node:crypto'
import { extname } from 'node:path'

import type { DeliveredAttestation } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import { type Validation, definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

import { openGcs } from '../../object-storage/gcs-store.ts'
import {
  type ObjectStore,
  asciiOf,
  segment,
  tryToWrite,
} from '../../object-storage/object-store.ts'
import { openS3 } from '../../object-storage/s3-store.ts'

const registration = z.object({
  provider: z.enum(['gcs', 's3']).default('gcs').meta({ description: 'where the bucket is' }),
  bucket: z.string().min(3).meta({ description: 'bucket that GUAC collects from' }),
  credentials: secret(
    z.string().min(1),
    'gcs: content of the key file of a service account; s3: {"accessKeyID": …, "secretAccessKey": …}',
  ),
  region: z.string().min(1).optional().meta({ description: 'of a bucket at s3' }),
  endpoint: z.url().optional().meta({ description: 'of a storage that is compatible' }),
})

type Settings = Pick<
  Validation<z.output<typeof registration>>,
  'registration' | 'agents' | 'signal'
>

const folder = 'chainloop/'

export const guac = definePlugin({
  id: 'guac',
  version: '2.0.0',
  description: 'Put attestations and SBOMs into a bucket that GUAC collects from',
  subscribedMaterials: ['SBOM_CYCLONEDX_JSON', 'SBOM_SPDX_JSON'],
  registration,
  attachment: z.object({}),

  async validate(validation) {
    using store = open(validation)
    await tryToWrite(store, folder)
  },

  async deliver(delivery) {
    using store = open(delivery)
    const { attestation, materials } = delivery
    const metadata = metadataOf(attestation)
    for (const material of materials) {
      const { fileName, digest } = material
      const type = extname(segment(fileName))
      const base = segment(fileName).slice(0, -type.length || undefined)
      await store.put({
        key: `${folder}${base}-${digest.slice('sha256:'.length)}${type}`,
        contentType: typeOf(type),
        metadata: { ...metadata, filename: asciiOf(fileName) },
        content: material.open(),
      })
    }
    const envelope = Buffer.from(JSON.stringify(attestation.envelope))
    const hash = createHash('sha256').update(envelope).digest('hex')
    const name = `attestation-${hash}.json`
    await store.put({
      key: folder + name,
      contentType: typeOf('.json'),
      metadata: { ...metadata, filename: name },
      content: envelope,
    })
    return { responseCode: 200, detail: `${materials.length} SBOMs and ${folder}${name}` }
  },
})

function typeOf(extension: string): string {
  return extension === '.json' ? 'application/json' : 'application/octet-stream'
}

function metadataOf({ workflow, project, run }: DeliveredAttestation) {
  return {
    author: 'chainloop',
    workflowID: workflow.id,
    workflowName: asciiOf(workflow.name),
    workflowProject: asciiOf(project.name),
    workflowRunID: run.id,
  }
}

const keyPair = z.object({
  accessKeyID: z.string(),
  secretAccessKey: z.string(),
  sessionToken: z.string().optional(),
})

function open({ registration: settings, agents, signal }: Settings): ObjectStore {
  const { provider, bucket, credentials, region, endpoint } = settings
  const where = { bucket, endpoint, agents, signal }
  return provider === 'gcs'
    ? openGcs({ ...where, credentials })
    : openS3({ ...where, region, ...keyPairOf(credentials) })
}

function keyPairOf(credentials: string): z.output<typeof keyPair> {
  try {
    return keyPair.parse(JSON.parse(credentials))
  } catch (cause) {
    throw new DeliveryError('permanent', 'the credentials lack accessKeyID or secretAccessKey', {
      cause,
    })
  }
}
