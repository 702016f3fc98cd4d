import type { MessageInitShape } from '@bufbuild/protobuf'
import { parsePolicy, parsePolicyGroup } from '@chainloop/policy/documents/parse-policy'
import type {
  AttestationService,
  RemotePolicyReferenceSchema,
} from '@chainloop/proto/controlplane/v1/workflow_run'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { readPolicy, type StoredContent } from '../policy-store/read-policies.ts'
import { instanceUrl } from '../signing/instance-url.ts'
import { actorOf } from './actor-key.ts'
import { policyGroupMessage, policyMessage } from './policy-document-message.ts'

/** The store as clients ask for it that look policies up themselves. */
export function policyProvider(
  ctx: Pick<Context, 'db' | 'config'>,
): Pick<ServiceImpl<typeof AttestationService>, 'getPolicy' | 'getPolicyGroup'> {
  return {
    async getPolicy({ policyName, ...from }, call) {
      const actor = actorOf(call)
      const wish = { reference: referenceOf(policyName, from), kind: 'policy' } as const
      const found = await readPolicy(ctx, actor, wish)
      const policy = policyMessage(parsePolicy(found.content))
      return { policy, reference: referenceMessage(ctx, actor, found) }
    },

    async getPolicyGroup({ groupName, ...from }, call) {
      const actor = actorOf(call)
      const wish = { reference: referenceOf(groupName, from), kind: 'policy_group' } as const
      const found = await readPolicy(ctx, actor, wish)
      const group = policyGroupMessage(parsePolicyGroup(found.content))
      return { group, reference: referenceMessage(ctx, actor, found) }
    },
  }
}

function referenceOf(
  name: string,
  { provider, orgName }: { readonly provider: string; readonly orgName: string },
): string {
  return `${provider && `${provider}:`}${orgName && `${orgName}/`}${name}`
}

function referenceMessage(
  { config }: Pick<Context, 'config'>,
  { organizationName }: Actor,
  { version }: StoredContent,
): MessageInitShape<typeof RemotePolicyReferenceSchema> {
  const { host } = new URL(instanceUrl(config))
  const url = `chainloop://${host}/${version.name}?org=${organizationName}`
  return { url, digest: version.digest }
}
