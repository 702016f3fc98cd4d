import type { Commit } from '@chainloop/attestation/git/commit'
import type { AuthInfo, RunnerContext } from '@chainloop/attestation/predicate/crafting-state'
import { captureVariables } from '@chainloop/attestation/runners/capture-variables'
import type { Environment, Runner } from '@chainloop/attestation/runners/runner'
import { runnerEnvironmentOf } from '@chainloop/attestation/runners/runner-environment'
import type {
  CASBackendItem,
  JobIdentity,
} from '@chainloop/proto/controlplane/v1/response_messages'
import type { AttestationServiceInitResponse_Result as InitResult } from '@chainloop/proto/controlplane/v1/workflow_run'

import type { Client } from '../client.ts'
import { answered } from '../connection/unexpected-answer.ts'
import { toDate } from '../model/time.ts'
import { authInfo } from '../token.ts'
import { MissingVariables } from './crafting-error.ts'
import type { InitInput } from './init-input.ts'
import type { Subject } from './look-up.ts'
import type { Session } from './session.ts'

/** The machine that the job is on. */
export interface Machine {
  readonly env: Environment
  readonly runner: Runner
  readonly head: Commit | undefined
  readonly isPullRequest: boolean
  readonly token: string | undefined
}

/** The session as far as it is known before a run is opened. */
export function planSession(
  { workflow, contract, item }: Subject,
  input: InitInput,
  { env, runner, head, isPullRequest, token }: Machine,
): Session {
  const auth = authInfo(token ?? '')
  return {
    dashboardUrl: '',
    state: {
      dryRun: input.dryRun ?? false,
      workflow: {
        id: workflow.id,
        name: workflow.name,
        project: workflow.project,
        team: workflow.team,
        organization: '',
        runId: '',
        contractName: item.contractName || workflow.contractName,
        contractRevision: item.revision,
        version: {
          version: input.version ?? '',
          prerelease: true,
          markAsReleased: input.release ?? false,
        },
      },
      contract,
      initializedAt: new Date(),
      materials: [],
      annotations: isPullRequest ? { 'chainloop.dev/is-pull-request': 'true' } : {},
      env: captureVariables(env, runner, contract.spec.envAllowList).env,
      runner: {
        type: runner.type,
        url: runner.runUrl(env),
        environment: runner.environment(env),
        authenticated: false,
        workflowFilePath: '',
      },
      ...(head && { head }),
      policyEvaluations: [],
      blockOnPolicyViolation: false,
      bypassPolicyCheck: false,
      ...(auth && { auth }),
      signing: { timestampAuthorityUrl: '', signingCa: '' },
    },
  }
}

/** What only the opened run says: its id and token, the project version, how to sign, where artifacts go. */
export async function withRun(client: Client, planned: Session, run: InitResult): Promise<Session> {
  const item = answered(run.workflowRun, 'a run')
  const { workflow, runner } = planned.state
  const { version, jobIdentity } = item
  const backend = await findBackend(client.withToken(run.runToken), item.id)
  return {
    dashboardUrl: run.uiDashboardUrl,
    runToken: { token: run.runToken, expiresAt: toDate(run.runTokenExpiresAt) ?? new Date() },
    state: {
      ...planned.state,
      workflow: {
        ...workflow,
        runId: item.id,
        organization: run.organization,
        contractRevision: item.contractRevisionUsed || workflow.contractRevision,
        version: {
          ...workflow.version,
          ...(version && { version: version.version, prerelease: version.prerelease }),
        },
      },
      ...(jobIdentity && {
        runner: verifiedRunner(runner, jobIdentity),
        auth: { type: 'AUTH_TYPE_FEDERATED', id: jobIdentity.trustRuleId } satisfies AuthInfo,
      }),
      blockOnPolicyViolation: run.blockOnPolicyViolation,
      signing: {
        timestampAuthorityUrl: run.signingOptions?.timestampAuthorityUrl ?? '',
        signingCa: run.signingOptions?.signingCa ?? '',
      },
      ...(backend && {
        casBackend: { id: backend.id, name: backend.name, fallback: backend.fallback },
      }),
    },
  }
}

/** What the control plane has verified stands in place of what the environment says. */
function verifiedRunner(
  runner: RunnerContext,
  { runUrl, workflowRef, environment }: JobIdentity,
): RunnerContext {
  return {
    ...runner,
    authenticated: true,
    url: runUrl || runner.url,
    workflowFilePath: workflowRef,
    environment: runnerEnvironmentOf(environment) ?? 'unknown',
  }
}

async function findBackend(
  client: Client,
  workflowRunId: string,
): Promise<CASBackendItem | undefined> {
  const { result } = await client.attestations.getUploadCreds({ workflowRunId })
  return result?.backend
}

/** The organization decides whether the runner's own variables are recorded; then all of them have to be there. */
export function withVariables(
  session: Session,
  { runner, env: around }: Pick<Machine, 'runner' | 'env'>,
  { skipRunnerEnvVars }: Pick<InitResult, 'skipRunnerEnvVars'>,
): Session {
  const { envAllowList } = session.state.contract.spec
  const variables = skipRunnerEnvVars ? [] : runner.variables
  const { env, missing } = captureVariables(around, { variables }, envAllowList)
  if (missing.length > 0) throw new MissingVariables(missing, runner.hint)
  return { ...session, state: { ...session.state, env } }
}
