import { defineCommand } from '../../../core/command.ts'
import { findPlugin } from '../find-plugin.ts'
import { castOptions } from '../schema-table.ts'
import { registrationRecord } from '../view.ts'

export const registeredAdd = defineCommand({
  name: 'integration registered add',
  summary: 'Set a plugin up for the organization',
  options: {
    plugin: {
      type: 'string',
      required: true,
      placeholder: 'name',
      help: 'plugin, as `integration available list` names it',
    },
    name: { type: 'string', required: true, help: 'name of this registration' },
    description: { type: 'string', help: 'what it is for' },
    opt: { type: 'pairs', help: 'an option of the plugin' },
    'max-concurrency': {
      type: 'integer',
      default: 10,
      help: 'deliveries made at the same time, by all workers together',
    },
    'max-per-minute': { type: 'integer', help: 'deliveries begun per minute; default: no limit' },
  },
  examples: [
    'chainloop integration registered add --plugin webhook --name hook --opt url=https://hooks.acme.example/chainloop',
  ],

  async run(session, { plugin, name, description, opt, ...limits }) {
    const client = await session.client()
    const { toRegisteredIntegration } = await import('@chainloop/sdk/model/integration')
    const { registration } = await findPlugin(client, plugin)
    const { result } = await client.integrations.register({
      name,
      pluginId: plugin,
      description: description ?? '',
      config: castOptions(opt, registration),
      maxConcurrency: limits['max-concurrency'],
      maxPerSecond: (limits['max-per-minute'] ?? 0) / 60,
    })
    return toRegisteredIntegration(result)
  },

  view: (one) => [registrationRecord(one)],
})
