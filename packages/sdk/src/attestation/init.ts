import type { Contract } from '@chainloop/attestation/contract/contract'
import { isSet, type Environment, type Runner } from '@chainloop/attestation/runners/runner'
import { RUNNER_TYPE_NUMBERS } from '@chainloop/attestation/runners/runner-type'
import type { WorkflowRunItem } from '@chainloop/proto/controlplane/v1/response_messages'
import {
  AttestationServiceCancelRequest_TriggerType as TriggerType,
  type AttestationServiceInitResponse_Result as InitResult,
} from '@chainloop/proto/controlplane/v1/workflow_run'

import type { Client } from '../client.ts'
import { answered } from '../connection/unexpected-answer.ts'
import { exchangeClient } from '../identity/exchange-client.ts'
import { AccountRequired } from '../identity/no-credentials.ts'
import { MissingVariables, RunnerMismatch } from './crafting-error.ts'
import type { InitInput, Started, Surroundings } from './init-input.ts'
import { lookAround } from './look-around.ts'
import { lookUp, type Subject, subjectOf } from './look-up.ts'
import { type Machine, planSession, withRun, withVariables } from './plan-session.ts'
import { runFile } from './run-file.ts'
import { AlreadyInitialized, type Session } from './session.ts'
import { localStateStore } from './state-store/local.ts'
import { remoteStateStore } from './state-store/remote.ts'

/**
 * Opens a run: finds the workflow (or creates it, where jobs may), fetches the contract, checks the runner and its
 * variables, and keeps the state. A job without an account opens the run with its identity and is told the contract by
 * that. Rejects with `AlreadyInitialized`, `RunnerMismatch`, `MissingVariables`, `NoCredentials`, `AccountRequired`,
 * and with what the server refuses.
 */
export async function initAttestation(
  client: Client,
  input: InitInput,
  around: Surroundings,
): Promise<Started> {
  await refuseSecond(input)
  const isAccount = client.job === undefined
  if (!isAccount) assertNeedsNoAccount(input)
  const known = isAccount ? await lookUp(client, input) : undefined
  const { machine, warnings } = await lookAround(around, { ...input, isAccount })
  if (known && input.dryRun === true) {
    const session = planSession(known, input, machine)
    await keep(client, session, input)
    return { session, wantsAgentConfig: false, warnings: [...warnings, ...known.warnings] }
  }
  if (known) enforce(known.contract, machine)
  return start(client, { input, known, machine, warnings })
}

interface Start {
  readonly input: InitInput
  /** Undefined: the run says it. */
  readonly known: Subject | undefined
  readonly machine: Machine
  readonly warnings: readonly string[]
}

async function start(client: Client, { input, known, machine, warnings }: Start): Promise<Started> {
  const run = await open(await exchangeClient(client), input, machine)
  const item = answered(run.workflowRun, 'a run')
  try {
    const subject = known ?? (await subjectOf(client.withToken(run.runToken), item))
    enforce(subject.contract, machine)
    const commit = vouchedCommit(machine, item)
    const planned = planSession(subject, input, { ...machine, head: commit.head })
    const session = withVariables(await withRun(client, planned, run), machine, run)
    await keep(client, session, input)
    return {
      session,
      wantsAgentConfig: run.enableAiAgentCollector,
      warnings: [...warnings, ...subject.warnings, ...commit.warnings],
    }
  } catch (cause) {
    await giveUp(client, run, String(cause))
    throw cause
  }
}

function assertNeedsNoAccount({ dryRun, contract }: InitInput): void {
  const brings = contract?.contractName ?? contract?.contractBytes
  const needs = dryRun === true ? 'a dry run' : brings && 'a contract of its own'
  if (needs === undefined) return
  throw new AccountRequired(
    `${needs} needs an account token: the identity of a CI job opens or joins a run and does nothing else`,
  )
}

/** A commit that the platform does not vouch for would be refused in the end. */
function vouchedCommit(
  { head }: Machine,
  { jobIdentity }: WorkflowRunItem,
): { readonly head: Machine['head']; readonly warnings: readonly string[] } {
  const commit = jobIdentity?.commit ?? ''
  if (head === undefined || commit === '' || commit === head.hash) return { head, warnings: [] }
  return {
    head: undefined,
    warnings: [
      `the working copy is at ${head.hash}, the job's identity is about ${commit}: no commit is recorded`,
    ],
  }
}

/** A run that nobody can work on is ended as far as that is possible; otherwise it expires. */
async function giveUp(client: Client, run: InitResult, reason: string): Promise<void> {
  const workflowRunId = run.workflowRun?.id ?? ''
  await client
    .withToken(run.runToken)
    .attestations.cancel({ workflowRunId, trigger: TriggerType.FAILURE, reason })
    .catch(() => {})
}

async function refuseSecond({ state, replace }: InitInput): Promise<void> {
  if (state?.type === 'remote' || replace === true) return
  if ((await localStateStore(state?.path).read()) !== undefined) throw new AlreadyInitialized()
}

function enforce(
  { spec }: Contract,
  { runner, env }: { readonly runner: Runner; readonly env: Environment },
): void {
  const wanted = spec.runner?.type
  if (wanted !== undefined && wanted !== runner.type) throw new RunnerMismatch(wanted, runner.type)

  const missing = spec.envAllowList.filter((name) => !isSet(env, name))
  if (missing.length > 0) throw new MissingVariables(missing)
}

async function open(
  client: Client,
  input: InitInput,
  { runner, env }: Machine,
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

/** A dry run has nothing that the control plane could keep. */
async function keep(client: Client, session: Session, input: InitInput): Promise<void> {
  const { runToken, state } = session
  const { state: where, replace = false } = input
  if (where?.type !== 'remote') {
    await localStateStore(where?.path).create(session, { replace })
  } else if (runToken === undefined) {
    await localStateStore().create(session, { replace })
  } else {
    const { runId } = state.workflow
    await remoteStateStore(client.withToken(runToken.token), runId).create(session)
    await runFile(runId).write(runToken)
  }
}
