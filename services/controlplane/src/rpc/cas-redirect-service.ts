import type { CASRedirectService } from '@chainloop/proto/controlplane/v1/cas_redirect'
import type { ServiceImpl } from '@connectrpc/connect'

import { downloadUrl } from '../cas-credentials/download-url.ts'
import type { Context } from '../context.ts'
import { actorOf } from './actor-key.ts'

export function casRedirectService(
  ctx: Pick<Context, 'db' | 'tokens' | 'config'>,
): ServiceImpl<typeof CASRedirectService> {
  return {
    async getDownloadURL({ digest }, call) {
      return { result: { url: await downloadUrl(ctx, actorOf(call), digest) } }
    },
  }
}
