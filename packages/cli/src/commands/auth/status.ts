import { defineCommand } from '../../core/command.ts'
import { record } from '../../core/view.ts'

export const authStatus = defineCommand({
  name: 'auth status',
  summary: 'Show which token is used and what it is good for',
  options: {},

  async run(session) {
    const client = await session.client()
    const { describeToken } = await import('@chainloop/sdk/token')
    const { token, controlPlane } = session.settings
    const { currentUser, currentMembership } = (await client.context.current({})).result ?? {}
    const described = describeToken(token.value ?? '')
    return {
      controlPlane: controlPlane.value ?? '',
      tokenFrom: token.source,
      ...described,
      ...(described.kind === 'user' && { person: currentUser?.email }),
      organization: currentMembership?.org?.name ?? '',
    }
  },

  view: (status) => [
    record([
      ['control plane', status.controlPlane],
      [
        'token from',
        status.tokenFrom === 'environment' ? 'environment (CHAINLOOP_TOKEN)' : status.tokenFrom,
      ],
      ['kind', status.kind],
      ['person', status.person],
      ['token id', status.id],
      ['organization', status.organization],
      ['project', status.project],
      ['expires', status.expiresAt ?? 'never'],
    ]),
  ],
})
