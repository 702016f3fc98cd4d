import { defineCommand } from '../../core/command.ts'
import { text } from '../../core/view.ts'
import { readClaims } from './claims.ts'

export const trustRuleAdd = defineCommand({
  name: 'organization trust-rule add',
  summary: 'Let CI jobs open runs with their own identity',
  details:
    'The token of a job has to have every claim with exactly this value. One of them must be immutable, such as ' +
    'repository_owner_id of GitHub or namespace_id of GitLab: names can be given to somebody else.',
  options: {
    name: { type: 'string', required: true, help: 'name of the rule' },
    platform: {
      type: 'string',
      choices: ['github', 'gitlab', 'buildkite', 'circleci', 'google', 'kubernetes', 'generic'],
      required: true,
      help: 'what issues the tokens',
    },
    issuer: { type: 'string', required: true, help: 'the iss of the tokens, an https URL' },
    claim: { type: 'list', placeholder: 'name=value', help: 'a claim that the tokens must have' },
    project: { type: 'string', required: true, help: 'the project that the jobs attest for' },
    right: { type: 'list', placeholder: 'right', help: 'more than attesting: workflow:create' },
  },
  examples: [
    'chainloop organization trust-rule add --name web --project web --platform github --issuer https://token.actions.githubusercontent.com --claim repository_owner_id=4711',
  ],

  async run(session, options) {
    const claims = readClaims(options.claim)
    const client = await session.client()
    const { toTrustRule, trustPlatform } = await import('@chainloop/sdk/model/trust-rule')
    const platform = trustPlatform.names.find((name) => name === options.platform) ?? 'generic'
    const { trustRule } = await client.trustRules.add({
      name: options.name,
      platform: trustPlatform.numberOf(platform),
      issuer: options.issuer,
      claims,
      projectName: options.project,
      rights: [...options.right],
    })
    return toTrustRule(trustRule)
  },

  view: ({ name, project }) => [text(`jobs that rule ${name} accepts may attest for ${project}`)],
})
