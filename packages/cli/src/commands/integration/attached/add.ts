import { defineCommand } from '../../../core/command.ts'
import { durationSeconds } from '../../../core/duration.ts'
import { findPlugin } from '../find-plugin.ts'
import { castOptions } from '../schema-table.ts'
import { attachmentRecord } from '../view.ts'

export const attachedAdd = defineCommand({
  name: 'integration attached add',
  summary: 'Deliver the attestations of a workflow',
  options: {
    workflow: { type: 'string', required: true, placeholder: 'name', help: 'workflow' },
    project: { type: 'string', required: true, placeholder: 'name', help: 'its project' },
    integration: { type: 'string', required: true, placeholder: 'name', help: 'registration' },
    opt: { type: 'pairs', help: 'an option of the plugin' },
    'retry-for': {
      type: 'string',
      default: '1d',
      placeholder: 'duration',
      help: 'for how long a delivery is tried again, 30d at most',
    },
    'order-key': {
      type: 'string',
      placeholder: 'key',
      help: 'deliveries to the registration with the same key are made one after another',
    },
  },
  examples: [
    'chainloop integration attached add --project web --workflow build --integration hook',
  ],

  async run(session, { workflow, project, integration, opt, ...how }) {
    const client = await session.client()
    const { toAttachedIntegration } = await import('@chainloop/sdk/model/integration')
    const registration = await client.integrations.describeRegistration({ name: integration })
    const { attachment } = await findPlugin(client, registration.result?.kind ?? '')
    const { result } = await client.integrations.attach({
      workflowName: workflow,
      projectName: project,
      integrationName: integration,
      config: castOptions(opt, attachment),
      retryForSeconds: BigInt(durationSeconds('--retry-for', how['retry-for'])),
      orderKey: how['order-key'] ?? '',
    })
    return toAttachedIntegration(result)
  },

  view: (one) => [attachmentRecord(one)],
})
