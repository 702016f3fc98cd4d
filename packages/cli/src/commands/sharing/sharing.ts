import { defineCommand } from '../../core/command.ts'
import { confirm } from '../../core/confirm.ts'
import { table, text } from '../../core/view.ts'

const STATES: Readonly<Record<string, string>> = {
  requested: 'the other side has not agreed yet',
  offered: 'waits for your organization',
  active: 'both find what the other one has',
}

export const sharingRequest = defineCommand({
  name: 'organization sharing request',
  summary: "Let this organization and another one find what is in each other's graph",
  details:
    'Nothing is shared before the other side has requested the same. Its id is what `organization describe` ' +
    'shows there. Bytes are not shared: who may download them stays a question of each organization.',
  options: {
    id: { type: 'string', required: true, help: 'id of the other organization' },
  },

  async run(session, { id }) {
    await confirm(session, `Share this organization's graph with ${id}, once they agree?`)
    const client = await session.client()
    const { toSharing } = await import('@chainloop/sdk/model/sharing')
    const { sharing } = await client.sharings.request({ organizationId: id })
    return toSharing(sharing)
  },

  view: ({ state, organization, organizationId }) => [
    text(`${organization || organizationId}: ${STATES[state] ?? state}`),
  ],
})

export const sharingList = defineCommand({
  name: 'organization sharing list',
  summary: 'List who shares their graph with this organization, and who has asked',
  options: {},

  async run(session) {
    const client = await session.client()
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const { toSharing } = await import('@chainloop/sdk/model/sharing')
    const found = await allPages(
      (pagination) => client.sharings.list({ pagination }),
      ({ sharings }) => sharings,
    )
    return { sharings: found.map(toSharing) }
  },

  view: ({ sharings }) => [
    table(
      ['organization', 'id', 'state', 'since'],
      sharings.map((one) => [
        one.organization,
        one.organizationId,
        STATES[one.state] ?? one.state,
        one.createdAt,
      ]),
      { empty: 'nothing is shared' },
    ),
  ],
})

export const sharingEnd = defineCommand({
  name: 'organization sharing end',
  summary: 'Share nothing any more with another organization, or refuse to',
  options: {
    id: { type: 'string', required: true, help: 'id of the other organization' },
  },

  async run(session, { id }) {
    const client = await session.client()
    await client.sharings.end({ organizationId: id })
    return { ended: id }
  },

  view: ({ ended }) => [text(`nothing is shared with ${ended} any more`)],
})
