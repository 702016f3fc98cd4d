import { createHash } from 'node:crypto'

import { canonicalJson } from '@chainloop/attestation/json/canonical-json'
import type { Client } from '@chainloop/sdk/client'
import { signBundle } from '@chainloop/sdk/signing/bundle'
import { keylessSigner } from '@chainloop/sdk/signing/keyless'
import { timestamp } from '@chainloop/sdk/signing/timestamp'

import type { Account } from './account.ts'
import type { Statement } from './attest.ts'
import type { DeclaredWorkflow } from './workflow.ts'

/** A run as a client sees it that was changed to say what it wants. */
export interface OpenRun {
  readonly id: string
  /** Speaks with the run token. */
  readonly client: Client
  readonly timestampAuthority: string
}

export async function openRun(
  job: Account,
  { workflow, project }: DeclaredWorkflow,
): Promise<OpenRun> {
  const { result } = await job.client.attestations.init({
    workflowName: workflow,
    projectName: project,
  })
  return {
    id: result?.workflowRun?.id ?? '',
    client: job.client.withToken(result?.runToken ?? ''),
    timestampAuthority: result?.signingOptions?.timestampAuthorityUrl ?? '',
  }
}

/** An honest statement of an earlier run, said again about this one. */
export function aboutRun(statement: Statement, run: OpenRun): Statement {
  const copy = structuredClone(statement)
  const now = new Date().toISOString()
  Object.assign(copy.predicate.metadata, {
    workflowRunID: run.id,
    initializedAt: now,
    finishedAt: now,
  })
  return copy
}

/** A lie that hangs together: the first subject is the digest of the whole predicate. */
function consistent(statement: Statement): Statement {
  const [workflow, ...others] = statement.subject
  if (workflow === undefined) return statement
  const predicate = createHash('sha256').update(canonicalJson(statement.predicate))
  const subject = [{ ...workflow, digest: { sha256: predicate.digest('hex') } }, ...others]
  return { ...statement, subject }
}

/** Signs whatever it is told with the run's certificate, as our own client signs statements. */
export async function signStatement(
  run: OpenRun,
  statement: Statement,
  options: { readonly stamped?: boolean; readonly signer?: Client } = {},
): Promise<Buffer> {
  const { stamped = true, signer = run.client } = options
  const bundle = await signBundle({
    payload: Buffer.from(canonicalJson(consistent(statement))),
    payloadType: 'application/vnd.in-toto+json',
    signer: keylessSigner(signer),
    ...(stamped ? { stamps: [(signature) => timestamp(run.timestampAuthority, signature)] } : {}),
  })
  return Buffer.from(bundle)
}

export async function store(
  run: OpenRun,
  bundle: Uint8Array,
  options: { readonly signal?: AbortSignal } = {},
): Promise<string> {
  const { result } = await run.client.attestations.store(
    { workflowRunId: run.id, attestationBundle: Buffer.from(bundle) },
    options,
  )
  return result?.digest ?? ''
}
