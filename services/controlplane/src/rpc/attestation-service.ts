import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { runnerTypeOf } from '@chainloop/attestation/runners/runner-type'
import { invalid } from '@chainloop/kit/errors'
import {
  type AttestationService,
  AttestationServiceCancelRequest_TriggerType as Trigger,
  type AttestationServiceInitRequest,
  type AttestationServiceInitResponse_ResultSchema as ResultSchema,
  type AttestationServiceInitResponseSchema,
} from '@chainloop/proto/controlplane/v1/workflow_run'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'

import type { JudgeDeps } from '../attestations/judge-attestation.ts'
import { storeAttestation } from '../attestations/store-attestation.ts'
import { runUploadCredentials } from '../cas-credentials/transfer-credentials.ts'
import { uploadUrl } from '../cas-credentials/upload-url.ts'
import type { Context } from '../context.ts'
import { policyVerdict } from '../policies/policy-verdict.ts'
import { getAttestableWorkflow } from '../runs/attestable-workflow.ts'
import { cancelRun } from '../runs/cancel-run.ts'
import { initKeylessRun } from '../runs/init-keyless-run.ts'
import { initRun } from '../runs/init-run.ts'
import type { InitDeps, InitRunInput, OpenedRun } from '../runs/init-run.ts'
import type { RunToken } from '../runs/run-token.ts'
import { tokenAgain } from '../runs/run-tokens.ts'
import { instanceNames } from '../signing/instance-url.ts'
import { findOrCreateWorkflow } from '../workflows/find-or-create-workflow.ts'
import { actorOf, trustedJobOf } from './actor-key.ts'
import { casBackendMessage } from './cas-backend-message.ts'
import { closing } from './closing.ts'
import { contractRevisionMessage } from './contract-message.ts'
import { idempotently } from './idempotent.ts'
import { policyProvider } from './provided-policy.ts'
import { policySummaryMessage, runMessage } from './run-message.ts'
import { workflowMessage } from './workflow-message.ts'

export function attestationService(
  ctx: Pick<
    Context,
    'db' | 'tokens' | 'config' | 'queue' | 'documentSource' | 'policies' | 'blobs'
  > &
    JudgeDeps,
): ServiceImpl<typeof AttestationService> {
  return {
    findOrCreateWorkflow: (req, call) =>
      closing(ctx, { call, request: req }, async (tx) => {
        const wanted = { ...req, name: req.workflowName }
        return { result: workflowMessage(await findOrCreateWorkflow(tx, actorOf(call), wanted)) }
      }),

    async getContract(req, call) {
      const found = await getAttestableWorkflow(ctx.db, actorOf(call), req)
      const { workflow, contractRevision } = found
      const contract = contractRevisionMessage(contractRevision, workflow.contract)
      return { result: { workflow: workflowMessage(workflow), contract } }
    },

    init: (req, call) => openRun(ctx, req, call),

    async getUploadCreds({ workflowRunId: runId, digest, size }, call) {
      const wish = { runId, digest: digest || undefined, size: bytes(size) }
      const { token, backend } = await runUploadCredentials(ctx, actorOf(call), wish)
      const url = token === '' ? '' : uploadUrl(ctx.config)
      return { result: { token, backend: casBackendMessage(backend), uploadUrl: url } }
    },

    async store({ workflowRunId: runId, attestationBundle: bundle, ...req }, call) {
      const releaseVersion = req.markVersionAsReleased ?? false
      const actor = actorOf(call)
      const digest = await storeAttestation(ctx, actor, { runId, bundle, releaseVersion })
      const { policy, blockers } = await policyVerdict(ctx.db, actor, runId)
      const summary = policy && { policy: policySummaryMessage(policy) }
      return { result: { digest, ...summary, blockers: [...blockers] } }
    },

    async cancel({ workflowRunId: runId, trigger, reason }, call) {
      await cancelRun(ctx, actorOf(call), { runId, trigger: triggerOf(trigger), reason })
      return {}
    },

    ...policyProvider(ctx),
  }
}

/** Repeated with its idempotency key it opens no second run; tokens are not kept, the repetition gets one of its own. */
async function openRun(
  ctx: InitDeps,
  request: AttestationServiceInitRequest,
  call: HandlerContext,
): Promise<MessageInitShape<typeof AttestationServiceInitResponseSchema>> {
  const job = trustedJobOf(call)
  const input = initInput(request)
  let token: RunToken | undefined
  const wish = { call, request, credential: job?.token.tokenId }
  const answer = await idempotently(ctx, wish, async (tx) => {
    const opened = job
      ? await initKeylessRun(tx, job, input)
      : await initRun(tx, actorOf(call), input)
    token = opened.token
    return { result: openedMessage(opened) }
  })
  token ??= await tokenAgain(ctx, actorOf(call), answer.result.workflowRun?.id ?? '')
  const { token: runToken, expiresAt } = token
  return {
    result: { ...answer.result, runToken, runTokenExpiresAt: timestampFromDate(expiresAt) },
  }
}

function openedMessage({
  run,
  organization,
  contractRevision,
}: OpenedRun): MessageInitShape<typeof ResultSchema> {
  const { settings } = organization
  return {
    workflowRun: runMessage(run, contractRevision),
    organization: organization.name,
    blockOnPolicyViolation: run.blockOnPolicyViolation,
    signingOptions: instanceNames(run.instanceUrl),
    policiesAllowedHostnames: [...settings.policiesAllowedHostnames],
    enableAiAgentCollector: settings.enableAiAgentCollector,
    skipRunnerEnvVars: settings.skipRunnerEnvVars,
  }
}

function initInput(req: AttestationServiceInitRequest): InitRunInput {
  return {
    workflowName: req.workflowName,
    projectName: req.projectName,
    contractRevision: req.contractRevision,
    runUrl: req.jobUrl,
    runnerType: runnerTypeOf(req.runner) ?? 'RUNNER_TYPE_UNSPECIFIED',
    projectVersion: req.projectVersion,
    requireExistingVersion: req.requireExistingVersion,
    useLatestVersion: req.useLatestVersion,
    markAsLatest: req.markAsLatest,
  }
}

function triggerOf(trigger: Trigger): 'failure' | 'cancellation' {
  switch (trigger) {
    case Trigger.FAILURE:
      return 'failure'
    case Trigger.CANCELLATION:
      return 'cancellation'
    default:
      throw invalid('say whether the run failed or was cancelled', { reason: 'TRIGGER_REQUIRED' })
  }
}

export function bytes(size: bigint | undefined): number | undefined {
  if (size === undefined) return undefined
  if (size < 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw invalid(`${size} is not a number of bytes`, { reason: 'INVALID_SIZE' })
  }
  return Number(size)
}
