import { invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import * as mappings from '../cas-mappings/cas-mapping-repo.ts'
import type { Context } from '../context.ts'
import type { Db } from '../db/db.ts'
import { readPosition, writePosition } from '../db/position.ts'
import type { FoundReferrer, Visible } from './referrer-repo.ts'
import * as referrers from './referrer-repo.ts'
import type { Referrer } from './referrer.ts'

export interface DiscoverInput {
  readonly digest: string
  /** Empty: any, as long as there is one. */
  readonly kind: string
  /** Empty: every project that the actor may see. */
  readonly projectName: string
  /** Empty: every version. */
  readonly projectVersion: string
  readonly cursor: string
  /** 0: 20. */
  readonly limit: number
}

export interface Discovery {
  readonly root: Referrer
  /** One level deep. */
  readonly references: readonly Referrer[]
  /** Empty: there is no further page. */
  readonly nextCursor: string
}

const DEFAULT_LIMIT = 20

export async function discover(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  input: DiscoverInput,
): Promise<Discovery> {
  const visible = await visibleTo(db, actor, input)
  const root = await getRoot(db, visible, input)
  const limit = input.limit || DEFAULT_LIMIT
  const found = await referrers.listReferences(db, visible, {
    from: root.id,
    page: { limit: limit + 1, after: readPosition(input.cursor) },
  })
  const shown = found.slice(0, limit)
  const last = found.length > limit ? shown.at(-1) : undefined
  const digests = [root, ...shown.map(({ referrer }) => referrer)].map(({ digest }) => digest)
  const readable = await mappings.listReadable(db, actor, digests)
  const seen = (referrer: Referrer): Referrer => ({
    ...referrer,
    downloadable: readable.has(referrer.digest),
  })
  return {
    root: seen(root),
    references: shown.map(({ referrer }) => seen(referrer)),
    nextCursor: last ? writePosition({ createdAt: last.linkedAt, id: last.referrer.id }) : '',
  }
}

async function visibleTo(db: Db, actor: Actor, input: DiscoverInput): Promise<Visible> {
  const visible = { organizationId: actor.organizationId, projectIds: actor.projectIds }
  if (input.projectName === '') {
    if (input.projectVersion === '') return visible
    throw invalid('a project version needs the name of its project', { reason: 'PROJECT_REQUIRED' })
  }
  const project = await db
    .selectFrom('projects')
    .select('id')
    .where('organization_id', '=', actor.organizationId)
    .where('name', '=', input.projectName)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!project || !actor.sees(project.id)) {
    throw notFound('project', input.projectName)
  }
  if (input.projectVersion === '') return { ...visible, projectIds: [project.id] }
  return {
    ...visible,
    projectIds: [project.id],
    projectVersionId: await getVersionId(db, { ...input, ...visible, projectId: project.id }),
  }
}

async function getVersionId(
  db: Db,
  wanted: {
    readonly organizationId: string
    readonly projectId: string
    readonly projectVersion: string
  },
): Promise<string> {
  const version = await db
    .selectFrom('project_versions')
    .select('id')
    .where('organization_id', '=', wanted.organizationId)
    .where('project_id', '=', wanted.projectId)
    .where('version', '=', wanted.projectVersion)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (!version) throw notFound('project version', wanted.projectVersion)
  return version.id
}

async function getRoot(
  db: Db,
  visible: Visible,
  { digest, kind }: DiscoverInput,
): Promise<FoundReferrer> {
  const found = await referrers.findByDigest(db, visible, { digest, kind: kind || undefined })
  const [root, ...others] = found
  if (!root) throw notFound('artifact', digest)
  if (others.length > 0) {
    const kinds = found.map((one) => one.kind).join(', ')
    throw invalid(`digest ${digest} is of several kinds: ${kinds}`, {
      reason: 'AMBIGUOUS_DIGEST',
      hint: 'name the kind',
    })
  }
  return root
}
