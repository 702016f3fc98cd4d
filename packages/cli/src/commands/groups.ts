import type { Group } from '../core/program.ts'

/** The words in front of a verb, in the order of the help. */
export const groups: Readonly<Record<string, Group>> = {
  attestation: { summary: 'Craft, sign and verify attestations', aliases: ['att'] },
  workflow: { summary: 'Workflows, their contracts and runs', aliases: ['wf'] },
  'workflow contract': { summary: 'What the runs of a workflow have to present' },
  'workflow run': { summary: 'Runs and what they attested', aliases: ['workflow-run'] },
  artifact: { summary: 'Move artifacts to and from the store' },
  integration: { summary: 'Deliver attestations to other systems' },
  'integration available': { summary: 'Plugins that this installation offers' },
  'integration registered': { summary: 'Plugins set up for this organization' },
  'integration attached': { summary: 'Which workflows are delivered where' },
  'integration delivery': { summary: 'What was delivered' },
  organization: { summary: 'The organization and its tokens', aliases: ['org'] },
  'organization api-token': { summary: 'Tokens for CI jobs and operators', aliases: ['token'] },
  'organization trust-rule': { summary: 'CI jobs that need no token' },
  'organization signer': { summary: 'Who may sign attestations besides the runs themselves' },
  audit: { summary: 'What was done and refused, and the proof that nothing is missing' },
  'cas-backend': { summary: 'Where artifacts are stored' },
  signing: { summary: 'Keys, and what verifiers have to trust' },
  config: { summary: 'Where the command line finds its installation' },
  completion: { summary: 'Let the shell complete commands and options' },
  auth: { summary: 'Who you are to the installation' },
}
