import { defineCommand } from '../../../core/command.ts'
import { record } from '../../../core/view.ts'
import { findPlugin } from '../find-plugin.ts'
import { schemaTable } from '../schema-table.ts'

export const availableDescribe = defineCommand({
  name: 'integration available describe',
  summary: 'Show the options of a plugin',
  options: {
    name: { type: 'string', required: true, help: 'name of the plugin' },
  },

  async run(session, { name }) {
    return findPlugin(await session.client(), name)
  },

  view: (one) => [
    record([
      ['name', one.name],
      ['version', one.version],
      ['description', one.description],
      ['materials', one.subscribedMaterials.join(', ')],
    ]),
    schemaTable(one.registration, 'Options of `integration registered add`'),
    schemaTable(one.attachment, 'Options of `integration attached add`'),
  ],
})
