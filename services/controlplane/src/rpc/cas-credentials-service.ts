import { invalid } from '@chainloop/kit/errors'
import {
  type CASCredentialsService,
  type CASCredentialsServiceGetRequest,
  CASCredentialsServiceGetRequest_Role as Role,
} from '@chainloop/proto/controlplane/v1/cas_credentials'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Actor } from '../auth/actor.ts'
import type { TransferCredentials } from '../cas-credentials/transfer-credentials.ts'
import { downloadCredentials, uploadCredentials } from '../cas-credentials/transfer-credentials.ts'
import { uploadUrl } from '../cas-credentials/upload-url.ts'
import type { Context } from '../context.ts'
import { actorOf } from './actor-key.ts'
import { bytes } from './attestation-service.ts'
import { casBackendMessage } from './cas-backend-message.ts'

export function casCredentialsService(
  ctx: Pick<Context, 'config' | 'db' | 'tokens'>,
): ServiceImpl<typeof CASCredentialsService> {
  return {
    async get(req, call) {
      const { token, backend } = await credentials(ctx, actorOf(call), req)
      const url = req.role === Role.UPLOADER ? uploadUrl(ctx.config) : ''
      return { result: { token, backend: casBackendMessage(backend), uploadUrl: url } }
    },
  }
}

function credentials(
  ctx: Pick<Context, 'db' | 'tokens'>,
  actor: Actor,
  { role, digest, size, projectName }: CASCredentialsServiceGetRequest,
): Promise<TransferCredentials> {
  switch (role) {
    case Role.DOWNLOADER:
      return downloadCredentials(ctx, actor, digest)
    case Role.UPLOADER:
      return uploadCredentials(ctx, actor, {
        projectName,
        digest: digest || undefined,
        size: bytes(size),
      })
    default:
      throw invalid('say whether to download or to upload', { reason: 'ROLE_REQUIRED' })
  }
}
