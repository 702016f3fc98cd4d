import type { MessageInitShape } from '@bufbuild/protobuf'
import { type Duration, timestampFromDate } from '@bufbuild/protobuf/wkt'
import { invalid } from '@chainloop/kit/errors'
import {
  APITokenServiceListRequest_Scope as Scope,
  APITokenServiceListRequest_StatusFilter as StatusFilter,
  type APITokenService,
} from '@chainloop/proto/controlplane/v1/api_token'
import {
  type APITokenItemSchema,
  APITokenRole,
} from '@chainloop/proto/controlplane/v1/response_messages'
import type { ServiceImpl } from '@connectrpc/connect'

import type { ApiTokenFilter } from '../api-tokens/api-token-repo.ts'
import type { ApiToken } from '../api-tokens/api-token.ts'
import { createApiToken } from '../api-tokens/create-api-token.ts'
import { listApiTokens } from '../api-tokens/list-api-tokens.ts'
import { revokeApiToken } from '../api-tokens/revoke-api-token.ts'
import { signApiToken } from '../api-tokens/sign-api-token.ts'
import type { Role } from '../auth/right.ts'
import type { Context } from '../context.ts'
import { cursorPage } from '../pages.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'
import { projectReference } from './reference.ts'
import { at } from './timestamp.ts'

const ROLE_NUMBERS = {
  attester: APITokenRole.API_TOKEN_ROLE_ATTESTER,
  viewer: APITokenRole.API_TOKEN_ROLE_VIEWER,
  operator: APITokenRole.API_TOKEN_ROLE_OPERATOR,
} as const satisfies Record<Role, APITokenRole>

const ROLES: Readonly<Record<number, Role>> = {
  [APITokenRole.API_TOKEN_ROLE_UNSPECIFIED]: 'attester',
  [APITokenRole.API_TOKEN_ROLE_ATTESTER]: 'attester',
  [APITokenRole.API_TOKEN_ROLE_VIEWER]: 'viewer',
  [APITokenRole.API_TOKEN_ROLE_OPERATOR]: 'operator',
}

const SCOPES: Readonly<Record<number, ApiTokenFilter['scope']>> = {
  [Scope.UNSPECIFIED]: 'any',
  [Scope.PROJECT]: 'project',
  [Scope.GLOBAL]: 'organization',
}

const STATUSES: Readonly<Record<number, ApiTokenFilter['status']>> = {
  [StatusFilter.ACTIVE]: 'active',
  [StatusFilter.REVOKED]: 'revoked',
  [StatusFilter.ALL]: 'any',
}

export function apiTokenService(
  ctx: Pick<Context, 'db' | 'tokens'>,
): ServiceImpl<typeof APITokenService> {
  return {
    async create(req, call) {
      const actor = actorOf(call)
      // The token itself is signed outside of what an idempotency key keeps.
      const { result } = await idempotently(ctx, { call, request: req }, async (tx) => {
        const token = await createApiToken(tx, actor, {
          name: req.name,
          description: req.description ?? '',
          role: known(ROLES, req.role, 'role'),
          rights: req.rights,
          project: projectReference(req.projectReference),
          workflowName: req.workflowName,
          expiresInSeconds: req.expiresIn && secondsOf(req.expiresIn),
        })
        return { result: { item: tokenMessage(token, actor) } }
      })
      const jwt = await signApiToken(ctx, actor, { id: result.item.id ?? '' })
      return { result: { item: result.item, jwt } }
    },

    async list(req, call) {
      const actor = actorOf(call)
      const { items, nextCursor } = await listApiTokens(ctx, actor, {
        project: projectReference(req.project),
        scope: known(SCOPES, req.scope, 'scope'),
        status: known(STATUSES, req.statusFilter, 'status filter'),
        page: cursorPage(req.pagination),
      })
      const result = items.map((token) => tokenMessage(token, actor))
      return { result, pagination: { nextCursor } }
    },

    revoke: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await revokeApiToken(tx, actorOf(call), req)
        return {}
      }),
  }
}

function known<T>(values: Readonly<Record<number, T>>, number: number, what: string): T {
  const value = values[number]
  if (value === undefined) throw invalid(`there is no ${what} ${number}`)
  return value
}

function secondsOf({ seconds, nanos }: Duration): number {
  return Number(seconds) + nanos / 1e9
}

function tokenMessage(
  token: ApiToken,
  { organizationName }: { readonly organizationName: string },
): MessageInitShape<typeof APITokenItemSchema> {
  const { projectId, projectName } = token
  return {
    id: token.id,
    name: token.name,
    description: token.description,
    organizationId: token.organizationId,
    organizationName,
    ...(projectId === undefined
      ? {}
      : { scopedEntity: { type: 'project', id: projectId, name: projectName ?? '' } }),
    createdAt: timestampFromDate(token.createdAt),
    ...at('revokedAt', token.revokedAt),
    ...at('expiresAt', token.expiresAt),
    ...at('lastUsedAt', token.lastUsedAt),
    role: ROLE_NUMBERS[token.role],
    workflowName: token.workflowName ?? '',
    rights: [...token.rights],
  }
}
