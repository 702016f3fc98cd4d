import { unavailable } from '@chainloop/kit/errors'
import type { StatusService } from '@chainloop/proto/controlplane/v1/status'
import type { ServiceImpl } from '@connectrpc/connect'

import { audienceOf } from '../auth/trusted-job.ts'
import type { Context } from '../context.ts'
import { instanceUrl } from '../signing/instance-url.ts'
import { VERSION } from '../version.ts'

export function statusService({
  config,
  health,
}: Pick<Context, 'config' | 'health'>): ServiceImpl<typeof StatusService> {
  return {
    infoz: () => ({
      version: VERSION,
      ...(config.oidcIssuer === undefined ? {} : { loginUrl: `${instanceUrl(config)}/auth/login` }),
      restrictedOrgCreation: config.restrictOrganizationCreation,
      identityAudience: audienceOf(config) ?? '',
    }),

    async statusz({ readiness }) {
      if (!readiness) return {}
      const { ready, failing } = await health.report()
      if (!ready)
        throw unavailable(`not ready: ${Object.keys(failing).join(', ')}`, { reason: 'NOT_READY' })
      return {}
    },
  }
}
