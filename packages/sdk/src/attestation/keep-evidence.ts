import { buffer } from 'node:stream/consumers'

import type { CASBackendItem } from '@chainloop/proto/controlplane/v1/response_messages'

import { uploadBlob } from '../cas/upload.ts'
import type { Client } from '../client.ts'
import { retryTransient } from '../connection/retry.ts'
import { answered } from '../connection/unexpected-answer.ts'
import { MaterialRefused } from './crafting-error.ts'
import type { FoundEvidence } from './find-evidence.ts'

/** Where the bytes of a material went. */
export type Kept =
  | { readonly type: 'uploaded' }
  | { readonly type: 'inline'; readonly content: Uint8Array }

export interface KeepOptions {
  /** Undefined in a dry run: everything stays inline. */
  readonly runId: string | undefined
  readonly onProgress?: ((sentBytes: number) => void) | undefined
}

/** What is embedded in the attestation may have this many bytes, when the backend says nothing else. */
const INLINE_MAX_BYTES = 500 * 1024

/** Uploads the bytes to the run's storage, or reads them to be embedded when it has none of its own. */
export async function keepEvidence(
  client: Client,
  evidence: FoundEvidence,
  { runId, onProgress }: KeepOptions,
): Promise<Kept> {
  if (runId === undefined) return inline(evidence)

  return retryTransient(() => send(client, evidence, { runId, onProgress }))
}

interface Sending extends KeepOptions {
  readonly runId: string
}

async function send(
  client: Client,
  evidence: FoundEvidence,
  { runId, onProgress }: Sending,
): Promise<Kept> {
  const { result } = await client.attestations.getUploadCreds({
    workflowRunId: runId,
    digest: evidence.digest,
    size: BigInt(evidence.size),
  })
  const { token, backend, uploadUrl: url } = answered(result, 'upload credentials')
  const isInline = token === '' || backend?.isInline === true
  const name = backend?.name ?? 'the storage'
  assertFits(evidence, { maxBytes: maxBytes(backend, isInline), name })
  if (isInline) return inline(evidence)

  await uploadBlob(client, { token, blob: evidence, url }, { onProgress })
  return { type: 'uploaded' }
}

function maxBytes(backend: CASBackendItem | undefined, isInline: boolean): number {
  return Number(backend?.limits?.maxBytes ?? 0) || (isInline ? INLINE_MAX_BYTES : 0)
}

function assertFits(
  { name, size }: FoundEvidence,
  limit: { readonly maxBytes: number; readonly name: string },
): void {
  if (limit.maxBytes === 0 || size <= limit.maxBytes) return
  throw new MaterialRefused(
    `${name} has ${size} bytes, and ${limit.name} takes ${limit.maxBytes} at most`,
  )
}

async function inline(evidence: FoundEvidence): Promise<Kept> {
  return { type: 'inline', content: new Uint8Array(await buffer(evidence.open())) }
}
