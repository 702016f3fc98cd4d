import { defineCommand } from '../../core/command.ts'
import type { Setting } from '../../core/settings.ts'
import { record, table } from '../../core/view.ts'

interface Shown {
  readonly path: string
  readonly settings: Readonly<Record<string, { readonly value: string; readonly source: string }>>
}

export const configView = defineCommand({
  name: 'config view',
  summary: 'Show the settings in force and where each comes from',
  options: {},

  async run({ settings }): Promise<Shown> {
    const { configPath, token, refreshToken: _, insecure, ...rest } = settings
    return {
      path: configPath,
      settings: {
        ...Object.fromEntries(
          Object.entries(rest).map(([name, setting]) => [name, shown(setting)]),
        ),
        insecure: { value: String(insecure.value), source: insecure.source },
        token: { ...shown(token), value: token.value === undefined ? '' : 'set' },
      },
    }
  },

  view: ({ path, settings }) => [
    record([['file', path]]),
    table(
      ['setting', 'value', 'from'],
      Object.entries(settings).map(([name, { value, source }]) => [
        name,
        value,
        value === '' ? '' : source,
      ]),
      { empty: '' },
    ),
  ],
})

function shown({ value, source }: Setting<string | undefined>): { value: string; source: string } {
  return { value: value ?? '', source }
}
