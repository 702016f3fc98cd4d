import { defineCommand } from '../../core/command.ts'
import { table, text } from '../../core/view.ts'
import { PAGE_OPTIONS, pagination, ROLE_CHOICES } from './page-options.ts'

export const invitationCreate = defineCommand({
  name: 'organization invitation create',
  summary: 'Invite somebody by their e-mail address',
  details:
    'No e-mail is sent: tell them to sign in. The invitation is accepted when somebody does whose address that verifiably is.',
  options: {
    receiver: { type: 'string', required: true, help: 'e-mail address' },
    role: { type: 'string', choices: ROLE_CHOICES, default: 'viewer', help: 'their role' },
  },
  examples: ['chainloop organization invitation create --receiver bo@acme.example --role admin'],

  async run(session, { receiver, role }) {
    const client = await session.client()
    const { memberRole, toInvitation } = await import('@chainloop/sdk/model/people')
    const wanted = memberRole.names.find((one) => one === role) ?? 'viewer'
    const { result } = await client.invitations.create({
      receiverEmail: receiver,
      role: memberRole.numberOf(wanted),
    })
    return toInvitation(result)
  },

  view: ({ receiver, role }) => [text(`${receiver} becomes ${role} by signing in`)],
})

export const invitationList = defineCommand({
  name: 'organization invitation list',
  summary: 'List invitations, accepted ones too',
  options: PAGE_OPTIONS,

  async run(session, page) {
    const client = await session.client()
    const { toInvitation } = await import('@chainloop/sdk/model/people')
    const { result, pagination: total } = await client.invitations.listSent(pagination(page))
    return { invitations: result.map(toInvitation), totalCount: total?.totalCount ?? 0 }
  },

  view: ({ invitations }) => [
    table(
      ['receiver', 'role', 'status', 'sender', 'created', 'id'],
      invitations.map((one) => [
        one.receiver,
        one.role,
        one.status,
        one.sender,
        one.createdAt,
        one.id,
      ]),
      { empty: 'nobody is invited' },
    ),
  ],
})

export const invitationRevoke = defineCommand({
  name: 'organization invitation revoke',
  summary: 'Take a pending invitation back',
  options: { id: { type: 'string', required: true, help: 'id of the invitation' } },

  async run(session, { id }) {
    const client = await session.client()
    await client.invitations.revoke({ id })
    return { revoked: id }
  },

  view: ({ revoked }) => [text(`revoked ${revoked}`)],
})
