import { defineCommand } from '../../core/command.ts'
import { record } from '../../core/view.ts'

export const casRetentionSet = defineCommand({
  name: 'cas retention set',
  summary: 'Say how long a project keeps what no attestation refers to',
  details:
    'What attestations refer to is kept for ever. With a legal hold nothing that the project has uploaded is removed.',
  options: {
    project: { type: 'string', required: true, help: 'name of the project' },
    keepDays: { type: 'integer', placeholder: 'days', help: '0: for ever' },
    legalHold: { type: 'boolean', negatable: true, help: 'keep everything' },
  },
  examples: ['chainloop cas retention set --project web --keep-days 90'],

  async run(session, { project, keepDays, legalHold }) {
    const client = await session.client()
    const { toRetention } = await import('@chainloop/sdk/model/storage-task')
    const { retention } = await client.storage.setRetention({
      projectName: project,
      ...(keepDays === undefined ? {} : { keepDays }),
      ...(legalHold === undefined ? {} : { legalHold }),
    })
    return toRetention(retention)
  },

  view: ({ project, keepDays, legalHold }) => [
    record([
      ['project', project],
      ['keeps', keepDays === 0 ? 'for ever' : `${keepDays} days`],
      ['legal hold', legalHold],
    ]),
  ],
})
