import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { invalid } from '@chainloop/kit/errors'
import { CraftingStateSchema } from '@chainloop/proto/attestation/v1/crafting_state'
import type { AttestationStateService } from '@chainloop/proto/controlplane/v1/attestation_state'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import type { SealingKeys } from '../keys/sealing-keys.ts'
import { isInitialized, readState, resetState, saveState } from '../run-states/run-state.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'

/** What is in a state is its client's business, also fields that this server does not know: they come back. */
export function attestationStateService(
  ctx: Pick<Context, 'db'> & { readonly sealingKeys: SealingKeys },
): ServiceImpl<typeof AttestationStateService> {
  return {
    async initialized({ workflowRunId }, call) {
      return { result: { initialized: await isInitialized(ctx, actorOf(call), workflowRunId) } }
    },

    async save(request, call) {
      const { workflowRunId: runId, attestationState, baseDigest } = request
      if (!attestationState) throw invalid('there is no state to save')
      const state = toBinary(CraftingStateSchema, attestationState)
      return idempotently(ctx, { call, request }, async (tx) => ({
        digest: await saveState(tx, actorOf(call), { runId, state, baseDigest }),
      }))
    },

    async read({ workflowRunId }, call) {
      const { state, digest } = await readState(ctx, actorOf(call), workflowRunId)
      return { result: { attestationState: fromBinary(CraftingStateSchema, state), digest } }
    },

    async reset({ workflowRunId }, call) {
      await resetState(ctx, actorOf(call), workflowRunId)
      return {}
    },
  }
}
