import { exhausted, forbidden, invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Right } from '../auth/right.ts'
import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import type { CasBackend } from '../cas-backends/cas-backend.ts'
import { isInline } from '../cas-backends/cas-backend.ts'
import { chooseCasBackend } from '../cas-backends/choose-cas-backend.ts'
import type { CasMapping } from '../cas-mappings/cas-mapping-repo.ts'
import * as mappings from '../cas-mappings/cas-mapping-repo.ts'
import { possesses } from '../cas-mappings/possession.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import { getProject as getVisibleProject } from '../projects/get-project.ts'
import type { Project } from '../projects/project.ts'
import { requireRoom } from '../quotas/require-room.ts'
import { getOpenRun } from '../runs/open-run.ts'
import * as runs from '../runs/run-repo.ts'
import { issueTransferToken } from './transfer-token.ts'

/** What a client needs to move one artifact. */
export interface TransferCredentials {
  /** Empty when artifacts are embedded in the attestation: nothing is to be moved then. */
  readonly token: string
  readonly backend: CasBackend
}

type Deps = Pick<Context, 'db' | 'tokens'>

/** What is known of an upload beforehand; the token is good for nothing else. */
export interface UploadWish {
  /** `sha256:<hex>`; undefined: any. */
  readonly digest?: string | undefined
  /** Bytes; undefined: any. */
  readonly size?: number | undefined
}

/** For an upload that belongs to an open run, to the backend that the run is bound to. */
export async function runUploadCredentials(
  deps: Deps,
  actor: Actor,
  { runId, ...wish }: UploadWish & { readonly runId: string },
): Promise<TransferCredentials> {
  const run = await getOpenRun(deps.db, actor, { runId, right: 'run:continue' })
  const place = { organizationId: run.organization.id, id: run.casBackendId }
  const backend = await casBackends.find(deps.db, place)
  if (!backend) throw notFound('storage backend', run.casBackendId)
  await runs.touch(deps.db, { organizationId: run.organization.id, id: run.id })
  if (isInline(backend)) return { token: '', backend }
  return upload(deps, backend, { ...wish, projectId: run.project.id, runId: run.id })
}

/** For an upload outside of any run: it belongs to a project at once. */
export async function uploadCredentials(
  deps: Deps,
  actor: Actor,
  { projectName, ...wish }: UploadWish & { readonly projectName: string },
): Promise<TransferCredentials> {
  requireRight(actor, 'artifact:write')
  const project = await getProject(deps.db, actor, projectName)
  actor.require('artifact:write', { projectId: project.id })
  const backend = await chooseCasBackend(deps.db, { organizationId: actor.organizationId })
  if (isInline(backend)) {
    throw invalid(`storage backend ${backend.name} takes no uploads`, { reason: 'BACKEND_INLINE' })
  }
  return upload(deps, backend, { ...wish, projectId: project.id })
}

/** Undefined and forbidden digests are not found alike. */
export async function downloadCredentials(
  { db, tokens }: Deps,
  actor: Actor,
  digest: string,
): Promise<TransferCredentials> {
  const { mapping, backend } = await getReadable(db, actor, digest)
  if (isInline(backend)) return { token: '', backend }
  const token = await issueTransferToken(tokens, {
    backend,
    role: 'downloader',
    projectId: mapping.projectId,
    digest,
    size: mapping.size,
  })
  return { token, backend }
}

export interface Readable {
  readonly mapping: CasMapping
  readonly backend: CasBackend
}

/** Where an artifact that this actor may read is kept. */
export async function getReadable(db: Db, actor: Actor, digest: string): Promise<Readable> {
  const { organizationId, projectIds } = actor
  requireRight(actor, 'artifact:read')
  const mapping = await mappings.find(db, { organizationId, digest, projectIds })
  const backend = mapping && (await casBackends.find(db, { organizationId, id: mapping.backendId }))
  if (!mapping || !backend) throw notFound('artifact', digest)
  return { mapping, backend }
}

/** Before anything is looked up: who lacks the right learns nothing else. */
function requireRight(actor: Actor, right: Right): void {
  if (actor.mayHave(right)) return
  throw forbidden(`${actor.role} ${actor.name} may not ${right}`, {
    reason: 'MISSING_RIGHT',
    metadata: { right },
  })
}

async function upload(
  { db, tokens }: Deps,
  backend: CasBackend,
  wish: UploadWish & { readonly projectId: string; readonly runId?: string },
): Promise<TransferCredentials> {
  const { digest, size, projectId } = wish
  const { maxBlobBytes } = backend
  if (size !== undefined && maxBlobBytes > 0 && size > maxBlobBytes) {
    throw exhausted(
      `${size} bytes are more than storage backend ${backend.name} takes: ${maxBlobBytes}`,
      { reason: 'ARTIFACT_TOO_LARGE' },
    )
  }
  const holder = { organizationId: backend.organizationId, projectId, backendId: backend.id }
  const possessed = digest !== undefined && (await possesses(db, holder, digest))
  if (!possessed) {
    const { organizationId } = backend
    await requireRoom(db, { organizationId, resource: 'stored_bytes', amount: size ?? 1 })
  }
  const token = await issueTransferToken(tokens, { backend, role: 'uploader', ...wish, possessed })
  return { token, backend }
}

async function getProject(db: Db, actor: Actor, name: string): Promise<Project> {
  const { projectId } = actor
  if (name === '' && projectId === undefined) {
    throw invalid('name the project that the artifact will belong to', {
      reason: 'PROJECT_REQUIRED',
    })
  }
  return getVisibleProject(db, actor, name === '' ? { id: projectId } : { name })
}
