import type { SigningService } from '@chainloop/proto/controlplane/v1/signing'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { issueCertificate } from '../signing/issue-certificate.ts'
import type { Signing } from '../signing/signing.ts'
import type { Trust } from '../signing/trust.ts'
import { actorOf } from './actor-key.ts'

export function signingService(
  ctx: Pick<Context, 'db' | 'config'> & { readonly signing: Signing },
): ServiceImpl<typeof SigningService> {
  return {
    async generateSigningCert({ certificateSigningRequest }, call) {
      const { chain } = await issueCertificate(ctx, actorOf(call), certificateSigningRequest)
      return { chain: { certificates: [...chain] } }
    },

    getTrustedRoot() {
      const { trust } = ctx.signing
      return {
        keys: chains(trust.keys),
        timestampAuthorities: chains(trust.timestampAuthorities),
      }
    },
  }
}

function chains(byKeyId: Trust['keys']): Record<string, { certificates: string[] }> {
  return Object.fromEntries(
    Object.entries(byKeyId).map(([keyId, chain]) => [keyId, { certificates: [...chain] }]),
  )
}
