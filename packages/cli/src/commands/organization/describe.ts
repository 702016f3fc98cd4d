import { defineCommand } from '../../core/command.ts'
import { organizationRecord } from './view.ts'

export const organizationDescribe = defineCommand({
  name: 'organization describe',
  summary: 'Show the organization and its rules',
  options: {},

  async run(session) {
    const client = await session.client()
    const { toOrganization } = await import('@chainloop/sdk/model/organization')
    const { result } = await client.context.current({})
    return toOrganization(result?.currentMembership?.org)
  },

  view: (organization) => [organizationRecord(organization)],
})
