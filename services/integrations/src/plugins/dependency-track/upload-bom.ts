import { setTimeout as delay } from 'node:timers/promises'

import type { PluginFetch } from '@chainloop/plugin-sdk/egress'
import { z } from 'zod'

import { DeliveryError } from '../../delivery-error.ts'
import { receiptOf } from '../../http-answer.ts'

export type Project =
  | { readonly id: string }
  | { readonly name: string; readonly parentId: string | undefined }

export interface Server {
  readonly instanceURI: string
  readonly apiKey: string
  readonly fetch: PluginFetch
  readonly signal: AbortSignal
}

export interface Upload {
  readonly project: Project
  readonly bom: Uint8Array
  readonly fileName: string
}

/** Pauses between questions, together half a minute. */
const pausesMs = [200, 500, 1000, 2000, 4000, 8000, 14_000]

/** Uploads, and waits until the BOM was processed: the upload alone says nothing about that. */
export async function uploadBom(server: Server, upload: Upload): Promise<string> {
  const token = await post(server, upload)
  if (token === undefined) return 'uploaded'
  for (const pauseMs of pausesMs) {
    const isProcessing = await askProcessing(server, token)
    if (isProcessing === undefined) return 'uploaded; it is not known whether it was processed'
    if (!isProcessing) return 'processed'
    await delay(pauseMs, undefined, { signal: server.signal })
  }
  return 'uploaded; Dependency-Track was still processing it after 30 s'
}

const uploaded = z.object({ token: z.string().optional() })
const processing = z.object({ processing: z.boolean() })

async function post(
  { instanceURI, apiKey, fetch, signal }: Server,
  { project, bom, fileName }: Upload,
): Promise<string | undefined> {
  const body = new FormData()
  if ('id' in project) body.append('project', project.id)
  else {
    body.append('autoCreate', 'true')
    body.append('projectName', project.name)
    if (project.parentId !== undefined) body.append('parentUUID', project.parentId)
  }
  body.append(
    'bom',
    new Blob([Buffer.from(bom)], { type: 'application/json' }),
    fileName || 'bom.json',
  )
  const headers = { 'x-api-key': apiKey }
  const answer = await fetch(urlOf(instanceURI, 'bom'), { method: 'POST', headers, body, signal })
  if (answer.ok && answer.status !== 200) {
    throw new DeliveryError('retryable', `Dependency-Track answered ${answer.status}`, {
      responseCode: answer.status,
    })
  }
  const copy = answer.clone()
  await receiptOf(answer)
  return uploaded.safeParse(await copy.json().catch(() => undefined)).data?.token
}

/** Undefined when the server does not say: versions before 4.11 do not have the question. */
async function askProcessing(
  { instanceURI, apiKey, fetch, signal }: Server,
  token: string,
): Promise<boolean | undefined> {
  const url = urlOf(instanceURI, `event/token/${encodeURIComponent(token)}`)
  const answer = await fetch(url, { headers: { 'x-api-key': apiKey }, signal })
  const body: unknown = await answer.json().catch(() => undefined)
  return answer.ok ? processing.safeParse(body).data?.processing : undefined
}

function urlOf(instanceURI: string, path: string): string {
  return `${instanceURI.replace(/\/+$/, '')}/api/v1/${path}`
}
