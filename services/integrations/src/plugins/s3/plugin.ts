import type { Validation } from '@chainloop/plugin-sdk/plugin'
import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

import {
  archive,
  archiveAttachment,
  archiveSettings,
  folderOf,
} from '../../object-storage/archive.ts'
import { type ObjectStore, tryToWrite } from '../../object-storage/object-store.ts'
import { openS3 } from '../../object-storage/s3-store.ts'

const registration = z.object({
  bucket: z.string().min(3).max(63).meta({ description: 'name of the bucket' }),
  ...archiveSettings,
  region: z.string().min(1).default('us-east-1').meta({ description: 'region of the bucket' }),
  endpoint: z.url().optional().meta({ description: 'of an S3 that is not the one of AWS' }),
  accessKeyID: z.string().min(1).meta({ description: 'of somebody who may write objects' }),
  secretAccessKey: secret(z.string().min(1), 'of the access key'),
})

type Settings = Pick<
  Validation<z.output<typeof registration>>,
  'registration' | 'agents' | 'signal'
>

export const s3 = definePlugin({
  id: 's3',
  version: '1.0.0',
  description: 'Archive attestations and their materials in a bucket of S3 or a compatible storage',
  subscribedMaterials: ['*'],
  registration,
  attachment: archiveAttachment,

  async validate(validation) {
    using store = open(validation)
    await tryToWrite(store, folderOf(validation.registration.prefix))
  },

  async deliver(delivery) {
    using store = open(delivery)
    return await archive(delivery, store)
  },
})

function open({ registration: settings, agents, signal }: Settings): ObjectStore {
  return openS3({ ...settings, agents, signal })
}
