import {
  type ApplyRequest,
  ApplyStatus,
  type PolicyService,
} from '@chainloop/proto/policies/v1/policy_service'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { cursorPage } from '../pages.ts'
import { listDefaults, removeDefault, setDefault } from '../policy-defaults/manage-defaults.ts'
import { type AppliedPolicy, applyPolicy } from '../policy-store/apply-policy.ts'
import { type ContainedPolicy, containPolicy } from '../policy-store/contain-policy.ts'
import { deletePolicy } from '../policy-store/delete-policy.ts'
import { describePolicy, listPolicies } from '../policy-store/read-policies.ts'
import { storedDocuments } from '../policy-store/stored-documents.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'
import {
  defaultMessage,
  kindNumber,
  kindOf,
  storedPolicyMessage,
  versionMessage,
} from './policy-message.ts'

type Deps = Pick<Context, 'db' | 'documentSource'>

const STATUSES = {
  created: ApplyStatus.CREATED,
  updated: ApplyStatus.UPDATED,
  unchanged: ApplyStatus.UNCHANGED,
} as const satisfies Record<AppliedPolicy['status'], ApplyStatus>

export function policyService(ctx: Deps): ServiceImpl<typeof PolicyService> {
  return {
    async apply(req, call) {
      const policy = await contained(ctx, req, call)
      return idempotently(ctx, { call, request: req }, async (tx) => {
        const wanted = { policy, dryRun: req.dryRun }
        const { status, version } = await applyPolicy(tx, actorOf(call), wanted)
        return {
          name: policy.metadata.name,
          kind: kindNumber(policy.kind),
          status: STATUSES[status],
          version: versionMessage(version),
          content: new Uint8Array(policy.content),
        }
      })
    },

    async list({ kind, ...asked }, call) {
      const wish = { kind: kindOf(kind), page: cursorPage(asked) }
      const { items, nextCursor } = await listPolicies(ctx, actorOf(call), wish)
      return { policies: items.map(storedPolicyMessage), nextCursor }
    },

    async describe({ reference, kind }, call) {
      const wish = { reference, kind: kindOf(kind) }
      const { policy, version, content, ...more } = await describePolicy(ctx, actorOf(call), wish)
      return {
        policy: storedPolicyMessage(policy),
        version: versionMessage(version),
        content: new Uint8Array(content),
        versions: more.versions.map(versionMessage),
        contracts: [...more.contracts],
      }
    },

    delete: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await deletePolicy(tx, actorOf(call), { ...req, kind: kindOf(req.kind) ?? 'policy' })
        return {}
      }),

    ...defaultMethods(ctx),
  }
}

function defaultMethods(
  ctx: Deps,
): Pick<ServiceImpl<typeof PolicyService>, 'setDefault' | 'listDefaults' | 'removeDefault'> {
  return {
    setDefault: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        const wanted = { ...req, kind: kindOf(req.kind), gate: req.gate }
        return { default: defaultMessage(await setDefault(tx, actorOf(call), wanted)) }
      }),

    async listDefaults(asked, call) {
      const page = cursorPage(asked)
      const { items, nextCursor } = await listDefaults(ctx, actorOf(call), page)
      return { defaults: items.map(defaultMessage), nextCursor }
    },

    removeDefault: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await removeDefault(tx, actorOf(call), { ...req, kind: kindOf(req.kind) ?? 'policy' })
        return {}
      }),
  }
}

/** Outside of any transaction: it waits for the network. Nobody makes the server fetch anything who may not write. */
async function contained(
  { db, documentSource }: Deps,
  { document, files }: ApplyRequest,
  call: HandlerContext,
): Promise<ContainedPolicy> {
  const actor = actorOf(call)
  actor.require('policy:manage')
  return containPolicy(document, documentSource.loaderWith(files, storedDocuments(db, actor)))
}
