import { forbidden } from '@chainloop/kit/errors'

import type { Right } from './right.ts'

/** Where a right is to be used. An actor bound to a project or a run may use it nowhere else. */
export interface Scope {
  readonly projectId?: string
  readonly runId?: string
}

interface ActorFields {
  readonly kind: 'api_token' | 'run' | 'trust_rule' | 'job' | 'service' | 'anonymous'
  readonly id: string
  /** To be shown, for example the token's name. */
  readonly name: string
  /** Empty for services and the anonymous. */
  readonly organizationId: string
  readonly organizationName: string
  /** Bound to this project. */
  readonly projectId?: string
  /** Bound to this run. */
  readonly runId?: string
  /** `<kind>:<id>` of the account that a run's token comes from. */
  readonly grantedBy?: string
  readonly role: string
  readonly rights: ReadonlySet<Right>
}

/** Who asks. */
export interface Actor extends ActorFields {
  can(right: Right, scope?: Scope): boolean
  /** Throws `forbidden`. */
  require(right: Right, scope?: Scope): void
}

export function createActor(fields: ActorFields): Actor {
  const can = (right: Right, scope: Scope = {}): boolean =>
    fields.rights.has(right) &&
    (fields.projectId === undefined || fields.projectId === scope.projectId) &&
    (fields.runId === undefined || fields.runId === scope.runId)

  return {
    ...fields,
    can,
    require(right, scope) {
      if (can(right, scope)) return
      throw forbidden(`${fields.role} ${fields.name} may not ${right} here`, {
        reason: 'MISSING_RIGHT',
        metadata: { right },
      })
    },
  }
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
