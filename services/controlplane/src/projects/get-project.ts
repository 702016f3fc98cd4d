import { invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Db } from '../db/db.ts'
import { isUuid } from '../names.ts'
import * as projects from './project-repo.ts'
import type { Project } from './project.ts'

/** Exactly one of the two. */
export interface ProjectReference {
  readonly id?: string | undefined
  readonly name?: string | undefined
}

/** Throws `not_found` also for projects that the actor does not see. */
export async function getProject(
  db: Db,
  actor: Actor,
  reference: ProjectReference,
): Promise<Project> {
  const project = await find(db, actor.organizationId, reference)
  if (!project || !actor.sees(project.id)) {
    throw notFound('project', reference.name ?? reference.id ?? '')
  }
  return project
}

async function find(
  db: Db,
  organizationId: string,
  { id, name }: ProjectReference,
): Promise<Project | undefined> {
  if ((id === undefined) === (name === undefined)) {
    throw invalid('a project is named either by its id or by its name')
  }
  if (name !== undefined) return projects.find(db, { organizationId, name })
  return id !== undefined && isUuid(id) ? projects.findById(db, { organizationId, id }) : undefined
}
