import type { Validation } from '@chainloop/plugin-sdk/plugin'
import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

import {
  archive,
  archiveAttachment,
  archiveSettings,
  folderOf,
} from '../../object-storage/archive.ts'
import { openGcs } from '../../object-storage/gcs-store.ts'
import { type ObjectStore, tryToWrite } from '../../object-storage/object-store.ts'

const registration = z.object({
  bucket: z.string().min(3).max(222).meta({ description: 'name of the bucket' }),
  ...archiveSettings,
  credentials: secret(
    z.string().min(1),
    'content of the key file (JSON) of a service account that may write objects',
  ),
  endpoint: z.url().optional().meta({ description: 'of a storage that is not the one of Google' }),
})

type Settings = Pick<
  Validation<z.output<typeof registration>>,
  'registration' | 'agents' | 'signal'
>

export const gcs = definePlugin({
  id: 'gcs',
  version: '1.0.0',
  description: 'Archive attestations and their materials in a bucket of Google Cloud Storage',
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
  return openGcs({ ...settings, agents, signal })
}
