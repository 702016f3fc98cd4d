import type { Contract } from '@chainloop/attestation/contract/contract'
import { parseContract } from '@chainloop/attestation/contract/parse-contract'
import type { CraftingState } from '@chainloop/attestation/predicate/crafting-state'
import { captureVariables } from '@chainloop/attestation/runners/capture-variables'
import { detectRunner } from '@chainloop/attestation/runners/detect-runner'
import { isSet, type Environment, type Runner } from '@chainloop/attestation/runners/runner'
import { RUNNER_TYPE_NUMBERS } from '@chainloop/attestation/runners/runner-type'
import type {
  CASBackendItem,
  WorkflowContractVersionItem,
  WorkflowItem,
} from '@chainloop/proto/controlplane/v1/response_messages'
import {
  AttestationServiceCancelRequest_TriggerType as TriggerType,
  type AttestationServiceInitResponse_Result as InitResult,
} from '@chainloop/proto/controlplane/v1/workflow_run'

import type { Client } from '../client.ts'
import { answered } from '../connection/unexpected-answer.ts'
import { readHead } from '../git/read-head.ts'
import { toDate } from '../model/time.ts'
import { authInfo } from '../token.ts'
import { MissingVariables, RunnerMismatch } from './crafting-error.ts'
import { AlreadyInitialized, type Session } from './session.ts'
import { localStateStore } from './state-store/local.ts'
import { remoteStateStore } from './state-store/remote.ts'

export interface InitInput {
  readonly project: string
  readonly workflow: string
  /** For a workflow that does not exist yet, or when jobs may send contracts. */
  readonly contract?:
    | { readonly contractName?: string; readonly contractBytes?: Uint8Array }
    | undefined
  /** 0: the latest. */
  readonly contractRevision?: number | undefined
  /** Of the project; empty: the server's default. */
  readonly version?: string | undefined
  readonly requireExistingVersion?: boolean | undefined
  readonly useLatestVersion?: boolean | undefined
  /** The version counts as released once the attestation is stored. */
  readonly release?: boolean | undefined
  /** Unset: new versions become the latest. */
  readonly markAsLatest?: boolean | undefined
  /** Nothing is opened, uploaded, signed or stored. */
  readonly dryRun?: boolean | undefined
  /** Overwrite the local state of another run. */
  readonly replace?: boolean | undefined
  /** Default: a local file. */
  readonly state?:
    | { readonly type: 'local'; readonly path?: string | undefined }
    | { readonly type: 'remote' }
    | undefined
}

/** What is around the job. */
export interface Surroundings {
  readonly cwd: string
  readonly env: Environment
  /** The token that the client authenticates with; only read to say who attests. */
  readonly token?: string | undefined
}

/**
 * Opens a run: finds the workflow (or creates it, where jobs may), fetches the contract, checks the runner and
 * its variables, and keeps the state. Rejects with `AlreadyInitialized`, `RunnerMismatch`, `MissingVariables`,
 * and with what the server refuses.
 */
export async function initAttestation(
  client: Client,
  input: InitInput,
  around: Surroundings,
): Promise<Session> {
  await refuseSecond(input)
  const workflow = await findWorkflow(client, input)
  const { contract, item } = await fetchContract(client, input)
  const runner = detectRunner(around.env)
  if (input.dryRun !== true) enforce(contract, runner, around.env)

  const planned = await plan({ contract, item, workflow, runner, input, around })
  if (input.dryRun === true) return keep(client, planned, input)

  const run = await open(client, input, { runner, env: around.env })
  try {
    const session = await withRun(client, planned, run)
    return await keep(client, capture(session, { runner, around, run }), input)
  } catch (cause) {
    await giveUp(client, run, String(cause))
    throw cause
  }
}

/** A run that nobody can work on is ended as far as that is possible; otherwise it expires. */
async function giveUp(client: Client, run: InitResult, reason: string): Promise<void> {
  const workflowRunId = run.workflowRun?.id ?? ''
  await client.attestations
    .cancel({ workflowRunId, trigger: TriggerType.FAILURE, reason })
    .catch(() => {})
}

async function refuseSecond({ state, replace }: InitInput): Promise<void> {
  if (state?.type === 'remote' || replace === true) return
  if ((await localStateStore(state?.path).read()) !== undefined) throw new AlreadyInitialized()
}

async function findWorkflow(client: Client, input: InitInput): Promise<WorkflowItem> {
  const { result } = await client.attestations.findOrCreateWorkflow({
    projectName: input.project,
    workflowName: input.workflow,
    ...input.contract,
  })
  return answered(result, 'a workflow')
}

async function fetchContract(
  client: Client,
  input: InitInput,
): Promise<{ contract: Contract; item: WorkflowContractVersionItem }> {
  const { result } = await client.attestations.getContract({
    projectName: input.project,
    workflowName: input.workflow,
    contractRevision: input.contractRevision ?? 0,
  })
  const item = answered(result?.contract, 'a contract')
  const body = answered(item.rawContract, 'the text of the contract').body
  return { contract: parseContract(body).contract, item }
}

function enforce({ spec }: Contract, runner: Runner, env: Environment): void {
  const wanted = spec.runner?.type
  if (wanted !== undefined && wanted !== runner.type) throw new RunnerMismatch(wanted, runner.type)

  const missing = spec.envAllowList.filter((name) => !isSet(env, name))
  if (missing.length > 0) throw new MissingVariables(missing)
}

interface Planned {
  readonly contract: Contract
  readonly item: WorkflowContractVersionItem
  readonly workflow: WorkflowItem
  readonly runner: Runner
  readonly input: InitInput
  readonly around: Surroundings
}

/** The session as far as it is known before a run is opened. */
async function plan({
  contract,
  item,
  workflow,
  runner,
  input,
  around,
}: Planned): Promise<Session> {
  const head = await readHead(around.cwd)
  const auth = authInfo(around.token ?? '')
  const state: CraftingState = {
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
    annotations: {},
    env: captureVariables(around.env, runner, contract.spec.envAllowList).env,
    runner: {
      type: runner.type,
      url: runner.runUrl(around.env),
      environment: runner.environment(around.env),
      authenticated: false,
      workflowFilePath: '',
    },
    ...(head && { head }),
    policyEvaluations: [],
    blockOnPolicyViolation: false,
    bypassPolicyCheck: false,
    ...(auth && { auth }),
    signing: { timestampAuthorityUrl: '', signingCa: '' },
  }
  return { state, dashboardUrl: '' }
}

async function open(
  client: Client,
  input: InitInput,
  { runner, env }: { readonly runner: Runner; readonly env: Environment },
): Promise<InitResult> {
  const { result } = await client.attestations.init({
    projectName: input.project,
    workflowName: input.workflow,
    contractRevision: input.contractRevision ?? 0,
    jobUrl: runner.runUrl(env),
    runner: RUNNER_TYPE_NUMBERS[runner.type],
    projectVersion: input.version ?? '',
    requireExistingVersion: input.requireExistingVersion ?? false,
    useLatestVersion: input.useLatestVersion ?? false,
    ...(input.markAsLatest !== undefined && { markAsLatest: input.markAsLatest }),
  })
  return answered(result, 'a run')
}

/** What only the opened run says: its id and token, the project version, how to sign, where artifacts go. */
async function withRun(client: Client, planned: Session, run: InitResult): Promise<Session> {
  const item = answered(run.workflowRun, 'a run')
  const { workflow } = planned.state
  const { version } = item
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

async function findBackend(
  client: Client,
  workflowRunId: string,
): Promise<CASBackendItem | undefined> {
  const { result } = await client.attestations.getUploadCreds({ workflowRunId })
  return result?.backend
}

interface Captured {
  readonly runner: Runner
  readonly around: Surroundings
  readonly run: InitResult
}

/** The organization decides whether the runner's own variables are recorded; then all of them have to be there. */
function capture(session: Session, { runner, around, run }: Captured): Session {
  const { envAllowList } = session.state.contract.spec
  const variables = run.skipRunnerEnvVars ? [] : runner.variables
  const { env, missing } = captureVariables(around.env, { variables }, envAllowList)
  if (missing.length > 0) throw new MissingVariables(missing, runner.hint)
  return { ...session, state: { ...session.state, env } }
}

async function keep(client: Client, session: Session, input: InitInput): Promise<Session> {
  if (input.state?.type !== 'remote') {
    await localStateStore(input.state?.path).create(session, { replace: input.replace ?? false })
    return session
  }
  const run = client.withToken(session.runToken?.token ?? '')
  await remoteStateStore(run, session.state.workflow.runId).create(session)
  return session
}
