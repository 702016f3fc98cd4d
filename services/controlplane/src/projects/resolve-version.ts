import { conflict, invalid, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import * as versions from './project-version-repo.ts'
import { assertVersion, FIRST_VERSION, type Project, type ProjectVersion } from './project.ts'

export interface VersionChoice {
  readonly project: Pick<Project, 'id' | 'name'>
  /** Empty: the first version, as old clients mean it. */
  readonly version: string
  /** The latest one, whatever it is; excludes `version` and `markAsLatest`. */
  readonly useLatest: boolean
  readonly requireExisting: boolean
  /** Undefined: only a new version becomes the latest. */
  readonly markAsLatest: boolean | undefined
  /** The organization's setting. */
  readonly blockReleased: boolean
}

/**
 * The version that a new run belongs to: found, made, or promoted to the latest. Its row stays locked until the
 * transaction ends, so that it is not released meanwhile.
 */
export async function resolveVersion(
  tx: Db,
  actor: Actor,
  choice: VersionChoice,
): Promise<ProjectVersion> {
  const { project, blockReleased } = choice
  const ofProject = { organizationId: actor.organizationId, projectId: project.id }
  const { version, created } = await findOrCreate(tx, actor, choice)

  const locked = (await versions.lock(tx, { ...ofProject, id: version.id })) ?? version
  if (blockReleased && !locked.prerelease) {
    throw conflict(`version ${locked.version} of project ${project.name} is released`, {
      reason: 'VERSION_RELEASED',
    })
  }
  if (created || !choice.markAsLatest || locked.latest) return locked
  return promote(tx, actor, { project, version: locked })
}

async function findOrCreate(
  tx: Db,
  actor: Actor,
  choice: VersionChoice,
): Promise<{ version: ProjectVersion; created: boolean }> {
  const ofProject = { organizationId: actor.organizationId, projectId: choice.project.id }
  if (choice.useLatest) {
    if (choice.version !== '' || choice.markAsLatest !== undefined) {
      throw invalid('the latest version is either used or named or marked, not several of these')
    }
    const latest = await versions.findLatest(tx, ofProject)
    if (!latest) throw notFound('latest version of project', choice.project.name)
    return { version: latest, created: false }
  }

  const name = choice.version || FIRST_VERSION
  assertVersion(name)
  const existing = await versions.find(tx, { ...ofProject, version: name })
  if (existing) return { version: existing, created: false }
  if (choice.requireExisting) {
    throw invalid(`project ${choice.project.name} has no version ${name}`, {
      reason: 'VERSION_MISSING',
    })
  }
  return { version: await create(tx, actor, { ...choice, version: name }), created: true }
}

async function create(tx: Db, actor: Actor, choice: VersionChoice): Promise<ProjectVersion> {
  const ofProject = { organizationId: actor.organizationId, projectId: choice.project.id }
  const latest = choice.markAsLatest ?? true
  await versions.lockProject(tx, ofProject)
  const existing = await versions.find(tx, { ...ofProject, version: choice.version })
  if (existing) return existing

  if (latest) await versions.clearLatest(tx, ofProject)
  const version = await versions.insert(tx, { ...ofProject, version: choice.version, latest })
  if (!version) throw conflict(`version ${choice.version} is being created by somebody else`)
  await audit.record(tx, {
    organizationId: actor.organizationId,
    actor,
    action: 'project_version.created',
    targetType: 'project_version',
    targetId: version.id,
    details: { project: choice.project.name, version: version.version, latest },
  })
  return version
}

async function promote(
  tx: Db,
  actor: Actor,
  { project, version }: { project: Pick<Project, 'id' | 'name'>; version: ProjectVersion },
): Promise<ProjectVersion> {
  if (!version.prerelease) {
    throw conflict(`version ${version.version} is released and cannot become the latest`, {
      reason: 'VERSION_RELEASED',
    })
  }
  const ofProject = { organizationId: actor.organizationId, projectId: project.id }
  await versions.lockProject(tx, ofProject)
  await versions.clearLatest(tx, ofProject)
  await versions.setLatest(tx, { ...ofProject, id: version.id })
  await audit.record(tx, {
    organizationId: actor.organizationId,
    actor,
    action: 'project_version.updated',
    targetType: 'project_version',
    targetId: version.id,
    details: { project: project.name, version: version.version, markedAsLatest: true },
  })
  return { ...version, latest: true }
}
