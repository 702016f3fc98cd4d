import { defineCommand } from '../../core/command.ts'
import { table } from '../../core/view.ts'

export const trustRuleList = defineCommand({
  name: 'organization trust-rule list',
  summary: 'List which CI jobs are trusted',
  options: {
    project: { type: 'string', short: 'p', help: 'only of this project' },
  },

  async run(session, { project }) {
    const client = await session.client()
    const { allPages } = await import('@chainloop/sdk/connection/all-pages')
    const { toTrustRule } = await import('@chainloop/sdk/model/trust-rule')
    const trustRules = await allPages(
      (pagination) => client.trustRules.list({ projectName: project ?? '', pagination }),
      (page) => page.trustRules,
    )
    return { trustRules: trustRules.map(toTrustRule) }
  },

  view: ({ trustRules }) => [
    table(
      ['name', 'project', 'platform', 'issuer', 'claims', 'rights'],
      trustRules.map((one) => [
        one.name,
        one.project,
        one.platform,
        one.issuer,
        Object.entries(one.claims)
          .map(([name, value]) => `${name}=${value}`)
          .join(', '),
        one.rights.join(', '),
      ]),
      { empty: 'there are no trust rules' },
    ),
  ],
})
