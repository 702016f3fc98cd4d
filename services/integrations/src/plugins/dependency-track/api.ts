import { setTimeout as delay } from 'node:timers/promises'

import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import { receiptOf } from '@chainloop/plugin-sdk/http-answer'
import { z } from 'zod'

import { type Connection, below, callApi, readAnswer } from '../../json-api.ts'

/* https://docs.dependencytrack.org/integrations/rest-api/ */
export interface Server extends Connection {
  readonly registration: { readonly instanceURI: string; readonly apiKey: string }
}

export type Project =
  | { readonly id: string }
  | { readonly name: string; readonly parentId: string | undefined }

const team = z.object({ permissions: z.array(z.object({ name: z.string() })).default([]) })

/** What the team of the key may do. Throws `DeliveryError`. */
export async function permissionsOf(server: Server): Promise<readonly string[]> {
  const { permissions } = await readAnswer(await get(server, 'team/self'), team)
  return permissions.map(({ name }) => name)
}

/** Throws `DeliveryError` when there is none, or none for this key. */
export async function assertProject(server: Server, id: string): Promise<void> {
  await receiptOf(await get(server, `project/${id}`))
}

const listed = z.object({
  name: z.string(),
  version: z.string().nullish(),
  lastBomImport: z.number().nullish(),
})

/** When the last BOM of the project was taken in; undefined: never, or the server does not say. */
export async function lastImport(server: Server, project: Project): Promise<number | undefined> {
  const found =
    'id' in project
      ? await bodyOf(server, `project/${project.id}`, listed)
      : await findNamed(server, project.name)
  return found?.lastBomImport ?? undefined
}

const pageSize = 100
const maxPages = 20

/** The project that BOMs without a version go to. The server has a lookup of one project, but only for a name and a version. */
async function findNamed(
  server: Server,
  name: string,
): Promise<z.output<typeof listed> | undefined> {
  for (let page = 1; page <= maxPages; page += 1) {
    const query = new URLSearchParams({ name, pageNumber: `${page}`, pageSize: `${pageSize}` })
    const projects = await bodyOf(server, `project?${query.toString()}`, z.array(listed))
    const found = projects?.find((each) => each.name === name && !each.version)
    if (found || !projects || projects.length < pageSize) return found
  }
  return undefined
}

const uploaded = z.object({ token: z.string().optional() })

/** The token of the processing; undefined: the server gave none. */
export async function postBom(
  { registration: { instanceURI, apiKey }, fetch, signal }: Server,
  project: Project,
  { bom, fileName }: { readonly bom: Uint8Array; readonly fileName: string },
): Promise<string | undefined> {
  const body = new FormData()
  if ('id' in project) body.append('project', project.id)
  else {
    body.append('autoCreate', 'true')
    body.append('projectName', project.name)
    if (project.parentId !== undefined) body.append('parentUUID', project.parentId)
  }
  const file = new Blob([Buffer.from(bom)], { type: 'application/json' })
  body.append('bom', file, fileName || 'bom.json')
  const headers = { 'x-api-key': apiKey }
  const url = below(instanceURI, 'api/v1/bom')
  const answer = await fetch(url, { method: 'POST', headers, body, signal })
  if (answer.ok && answer.status !== 200) {
    throw new DeliveryError('retryable', `Dependency-Track answered ${answer.status}`, {
      responseCode: answer.status,
    })
  }
  return (await readAnswer(answer, uploaded)).token
}

/** Pauses between questions, together half a minute. */
const pausesMs = [200, 500, 1000, 2000, 4000, 8000, 14_000]

const processing = z.object({ processing: z.boolean() })

/** Whether the processing came to its end; undefined: the server has no such question (before 4.11). */
export async function waitForProcessing(
  server: Server,
  token: string,
): Promise<boolean | undefined> {
  for (const pauseMs of pausesMs) {
    const state = await bodyOf(server, `event/token/${encodeURIComponent(token)}`, processing)
    if (!state) return undefined
    if (!state.processing) return true
    await delay(pauseMs, undefined, { signal: server.signal })
  }
  return false
}

/** Undefined when it is refused, or something else. */
async function bodyOf<T>(
  server: Server,
  path: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const answer = await get(server, path)
  const body: unknown = answer.ok ? await answer.json().catch(() => undefined) : undefined
  return schema.safeParse(body).data
}

function get(server: Server, path: string) {
  const { instanceURI, apiKey } = server.registration
  const url = below(instanceURI, `api/v1/${path}`)
  return callApi(server, { url, headers: { 'x-api-key': apiKey } })
}
