import { defineCommand } from '../../core/command.ts'
import { removeConfigFile } from '../../core/config-file.ts'
import { confirm } from '../../core/confirm.ts'
import { text } from '../../core/view.ts'

export const configReset = defineCommand({
  name: 'config reset',
  summary: 'Forget everything that was saved',
  options: {},

  async run(session): Promise<{ readonly removed: string }> {
    const path = session.settings.configPath
    await confirm(session, `Remove ${path}?`)
    await removeConfigFile(path)
    return { removed: path }
  },

  view: ({ removed }) => [text(`removed ${removed}`)],
})
