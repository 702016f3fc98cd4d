import { forbidden } from '@chainloop/kit/errors'

import type { Right } from './right.ts'

/** Where a right is to be used. An actor bound to a project or a run may use it nowhere else. */
export interface Scope {
  readonly projectId?: string
  readonly workflowId?: string
  readonly runId?: string
}

/** Where a request came from, as far as it can be told. */
export interface Source {
  /** IP address of the client; empty when there is none. */
  readonly address: string
  /** What it calls itself (`User-Agent`): a claim. */
  readonly agent: string
}

interface ActorFields {
  readonly kind: 'api_token' | 'run' | 'trust_rule' | 'job' | 'user' | 'service' | 'anonymous'
  readonly id: string
  /** To be shown, for example the token's name. */
  readonly name: string
  /** Empty for services, the anonymous, and people who are in no organization. */
  readonly organizationId: string
  readonly organizationName: string
  /** Bound to this project. */
  readonly projectId?: string
  /** Bound to runs of this workflow. */
  readonly workflowId?: string
  /** Bound to this run. */
  readonly runId?: string
  /** `<kind>:<id>` of the account that a run's token comes from. */
  readonly grantedBy?: string
  /** Of a person. */
  readonly sessionId?: string
  readonly role: string
  readonly source?: Source
  /** Good everywhere in the organization, unless the actor is bound. */
  readonly rights: ReadonlySet<Right>
  /** Sees no projects but those of `projectRights`. */
  readonly confined?: boolean
  /** By project: rights that are good there, in addition. */
  readonly projectRights?: ReadonlyMap<string, ReadonlySet<Right>>
  /** What it may be let through for: on some project, whichever the use case finds. */
  readonly conditionalRights?: ReadonlySet<Right>
}

/** Who asks. */
export interface Actor extends ActorFields {
  /** The projects that it sees; undefined: all of the organization. */
  readonly projectIds: readonly string[] | undefined
  can(right: Right, scope?: Scope): boolean
  /** Throws `forbidden`. */
  require(right: Right, scope?: Scope): void
  /** Has the right at all; where is asked later. */
  mayHave(right: Right): boolean
  /** Throws `forbidden`. For lists, which show what the actor sees. */
  requireSomewhere(right: Right): void
  sees(projectId: string): boolean
}

export function createActor(fields: ActorFields): Actor {
  const projectIds = projectIdsOf(fields)
  const mayHave = (right: Right): boolean =>
    fields.rights.has(right) || (fields.conditionalRights?.has(right) ?? false)
  const can = (right: Right, scope: Scope = {}): boolean =>
    isGranted(fields, right, scope) &&
    (fields.projectId === undefined || fields.projectId === scope.projectId) &&
    (fields.workflowId === undefined || fields.workflowId === scope.workflowId) &&
    (fields.runId === undefined || fields.runId === scope.runId)
  const refused = (right: Right): Error =>
    forbidden(`${fields.role} ${fields.name} may not ${right} here`, {
      reason: 'MISSING_RIGHT',
      metadata: { right },
    })
  return {
    ...fields,
    projectIds,
    can,
    mayHave,
    sees: (projectId) => projectIds === undefined || projectIds.includes(projectId),
    require(right, scope) {
      if (!can(right, scope)) throw refused(right)
    },
    requireSomewhere(right) {
      if (!mayHave(right)) throw refused(right)
    },
  }
}

function isGranted({ rights, projectRights }: ActorFields, right: Right, scope: Scope): boolean {
  if (rights.has(right)) return true
  const there = scope.projectId === undefined ? undefined : projectRights?.get(scope.projectId)
  return there?.has(right) ?? false
}

function projectIdsOf({
  projectId,
  confined,
  projectRights,
}: ActorFields): readonly string[] | undefined {
  if (projectId !== undefined) return [projectId]
  return confined ? [...(projectRights?.keys() ?? [])] : undefined
}

export const anonymous: Actor = createActor({
  kind: 'anonymous',
  id: '',
  name: 'anonymous',
  organizationId: '',
  organizationName: '',
  role: 'anonymous',
  rights: new Set(),
})

/** `api_token:<id>`: how rows remember who made them. */
export function actorReference({ kind, id }: Pick<Actor, 'kind' | 'id'>): string {
  return `${kind}:${id}`
}
