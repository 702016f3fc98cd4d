import { invalid } from '@chainloop/kit/errors'
import { PolicyGatesFilter } from '@chainloop/proto/controlplane/v1/response_messages'
import type {
  WorkflowRunService,
  WorkflowRunServiceListRequest,
  WorkflowRunServiceViewRequest,
} from '@chainloop/proto/controlplane/v1/workflow_run'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { listRuns } from '../runs/list-runs.ts'
import type { ListRunsInput } from '../runs/list-runs.ts'
import { viewRun } from '../runs/view-run.ts'
import type { RunWish } from '../runs/view-run.ts'
import type { Signing } from '../signing/signing.ts'
import { actorOf } from './actor-key.ts'
import { attestationMessage } from './attestation-message.ts'
import { policyStatusOf, runMessage } from './run-message.ts'
import { runState } from './run-status-message.ts'

export function workflowRunService(
  ctx: Pick<Context, 'db'> & { readonly signing: Pick<Signing, 'trust'> },
): ServiceImpl<typeof WorkflowRunService> {
  return {
    async list(req, call) {
      const { runs, nextCursor } = await listRuns(ctx, actorOf(call), listInput(req))
      return { result: runs.map((run) => runMessage(run)), pagination: { nextCursor } }
    },

    async view(req, call) {
      const wanted = { wish: wishOf(req), verify: req.verify }
      const viewed = await viewRun(ctx, actorOf(call), wanted)
      const { run, contractRevision, attestation, verification } = viewed
      return {
        result: {
          orgName: run.organization.name,
          workflowRun: runMessage(run, contractRevision),
          ...(attestation && { attestation: attestationMessage(attestation, run.policy) }),
          ...(verification && { verification }),
        },
      }
    },
  }
}

const HAS_GATES: Readonly<Record<PolicyGatesFilter, boolean | undefined>> = {
  [PolicyGatesFilter.UNSPECIFIED]: undefined,
  [PolicyGatesFilter.WITH_GATES]: true,
  [PolicyGatesFilter.WITHOUT_GATES]: false,
}

function listInput(req: WorkflowRunServiceListRequest): ListRunsInput {
  return {
    workflowName: req.workflowName,
    projectName: req.projectName,
    projectVersion: req.projectVersionName,
    state: runState(req.status),
    policyStatus: policyStatusOf(req.policyStatus),
    hasGates: HAS_GATES[req.policyGates],
    cursor: req.pagination?.cursor ?? '',
    limit: req.pagination?.limit ?? 0,
  }
}

function wishOf({ ref }: WorkflowRunServiceViewRequest): RunWish {
  switch (ref.case) {
    case 'id':
      return { id: ref.value }
    case 'digest':
      return { digest: ref.value }
    default:
      throw invalid('name a run by its id or by the digest of its attestation')
  }
}
