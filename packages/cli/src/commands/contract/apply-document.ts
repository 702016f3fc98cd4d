import type { Client } from '@chainloop/sdk/client'
import type { ContractPin } from '@chainloop/sdk/model/contract'

import { EXIT } from '../../core/exit.ts'
import { toFailure } from '../../core/failure.ts'
import { type Differences, differences } from './differences.ts'
import type { Document } from './documents.ts'
import { withFiles } from './with-files.ts'

export interface Applied {
  readonly source: string
  readonly name: string
  readonly status: 'created' | 'updated' | 'unchanged' | 'skipped' | 'failed'
  readonly revision?: number
  readonly pins?: readonly ContractPin[]
  /** Of a dry run. */
  readonly changes?: Differences
  /** Why it failed, or was skipped. */
  readonly reason?: string
}

export interface ApplyOptions {
  readonly dryRun: boolean
  readonly allowOutsideFiles?: boolean | undefined
}

/** One document; what is wrong with it is in the result, what is wrong with everything is thrown. */
export async function applyDocument(
  client: Client,
  document: Document,
  options: ApplyOptions,
): Promise<Applied> {
  const { source, name, kind, found } = document
  if (found && kind !== '' && kind !== 'Contract') {
    return { source, name, status: 'skipped', reason: `it is a ${kind}, not a contract` }
  }
  try {
    return await send(client, document, options)
  } catch (error) {
    const { message, exitCode, unmissable } = toFailure(error)
    if (exitCode === EXIT.bug || unmissable === true || isUnavailable(error)) throw error
    return { source, name, status: 'failed', reason: message }
  }
}

async function send(
  client: Client,
  document: Document,
  { dryRun, allowOutsideFiles }: ApplyOptions,
): Promise<Applied> {
  const { toPins } = await import('@chainloop/sdk/model/contract')
  const { bytes: rawSchema, files } = await withFiles(document, allowOutsideFiles)
  const answer = await client.contracts.apply({ rawSchema, files, dryRun })
  const { source } = document
  const name = answer.result?.name ?? document.name
  const status = STATUSES[answer.status] ?? 'unchanged'
  const applied = { source, name, status, revision: answer.currentRevision, pins: toPins(answer) }
  if (!dryRun || status === 'unchanged') return applied
  return { ...applied, changes: await changes(client, document, applied) }
}

async function changes(
  client: Client,
  { bytes }: Document,
  { name, status, revision, pins = [] }: Applied,
): Promise<Differences> {
  const after = { label: `${name}@${revision}`, body: Buffer.from(bytes).toString(), pins }
  if (status === 'created') return differences({ label: '/dev/null', body: '', pins: [] }, after)
  const { toContractDetails } = await import('@chainloop/sdk/model/contract')
  const { result } = await client.contracts.describe({ name })
  const latest = toContractDetails(result?.contract, result?.revision)
  return differences({ ...latest, label: `${name}@${latest.revision}` }, after)
}

/** gRPC status code. */
const UNAVAILABLE = 14

function isUnavailable(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === UNAVAILABLE
}

const STATUSES: Readonly<Record<number, 'created' | 'updated' | 'unchanged'>> = {
  1: 'created',
  2: 'updated',
  3: 'unchanged',
}
