import { defineCommand } from '../../core/command.ts'
import { table } from '../../core/view.ts'

export const tokenList = defineCommand({
  name: 'organization api-token list',
  summary: 'List tokens',
  options: {
    project: { type: 'string', short: 'p', help: 'only of this project' },
    scope: {
      type: 'string',
      short: 's',
      choices: ['project', 'global'],
      help: 'only of this scope',
    },
    status: {
      type: 'string',
      choices: ['active', 'revoked', 'all'],
      default: 'active',
      help: 'only in this state',
    },
  },

  async run(session, { project, scope, status }) {
    const client = await session.client()
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const model = await import('@chainloop/sdk/model/api-token')
    const wanted = model.apiTokenStatus.names.find((name) => name === status) ?? 'active'
    const scoped = model.apiTokenScope.names.find((name) => name === scope)
    const filter = {
      statusFilter: model.apiTokenStatus.numberOf(wanted),
      ...(scoped !== undefined && { scope: model.apiTokenScope.numberOf(scoped) }),
      ...(project !== undefined && { project: { name: project } }),
    }
    const result = await allPages(
      (pagination) => client.apiTokens.list({ ...filter, pagination }),
      (page) => page.result,
    )
    return { tokens: result.map(model.toApiToken) }
  },

  view: ({ tokens }) => [
    table(
      ['name', 'role', 'project', 'rights', 'last used', 'expires', 'revoked', 'id'],
      tokens.map((one) => [
        one.name,
        one.role,
        one.workflow === '' ? one.project : `${one.project}/${one.workflow}`,
        one.rights.join(', '),
        one.lastUsedAt,
        one.expiresAt,
        one.revokedAt,
        one.id,
      ]),
      { empty: 'there are no tokens' },
    ),
  ],
})
