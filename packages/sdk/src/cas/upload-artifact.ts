import { CASCredentialsServiceGetRequest_Role as Role } from '@chainloop/proto/controlplane/v1/cas_credentials'

import type { Client } from '../client.ts'
import { retryTransient } from '../connection/retry.ts'
import { uploadBlob, type Blob, type UploadOptions } from './upload.ts'

export class UploadRefused extends Error {
  override readonly name = 'UploadRefused'
}

export interface UploadedArtifact {
  readonly name: string
  readonly digest: string
  readonly size: number
  readonly backend: string
}

/** Puts a blob into the organization's default storage, outside any run. */
export async function uploadArtifact(
  client: Client,
  blob: Blob,
  options: UploadOptions & {
    /** The project it will belong to; the token's own when absent. */ readonly project?:
      | string
      | undefined
  } = {},
): Promise<UploadedArtifact> {
  if (blob.size === 0) throw new UploadRefused(`${blob.name} is empty`)

  return retryTransient(() => send(client, blob, options))
}

async function send(
  client: Client,
  blob: Blob,
  options: UploadOptions & { readonly project?: string | undefined },
): Promise<UploadedArtifact> {
  const { result } = await client.casCredentials.get({
    role: Role.UPLOADER,
    digest: blob.digest,
    size: BigInt(blob.size),
    projectName: options.project ?? '',
  })
  if (result === undefined || result.token === '' || result.backend?.isInline === true) {
    throw new UploadRefused(
      'the organization keeps artifacts inside attestations: nothing can be uploaded',
    )
  }
  await uploadBlob(client, { token: result.token, blob, url: result.uploadUrl }, options)
  const { name, digest, size } = blob
  return { name, digest, size, backend: result.backend?.name ?? '' }
}
