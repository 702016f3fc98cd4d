import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describeSettings } from '@chainloop/kit/config'
import { expect, test } from '@jest/globals'

import { readConfig, shape } from './config.ts'

/** One row per setting, as the README shows them. */
function settingsTable(): string {
  const rows = describeSettings(shape).map(
    ({ env, kind, default: value, help }) =>
      `| \`${env}\` | ${kind.replaceAll('|', '/')} | ${value} | ${help} |`,
  )
  return ['| name | kind | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

test('the README shows every setting as it is', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
  const shown = /<!-- settings -->\n+([\s\S]*?)\n+<!-- end -->/.exec(readme)?.[1] ?? ''
  const cells = (table: string): string[][] =>
    table.split('\n').map((row) => row.split('|').map((cell) => cell.trim()))

  expect(cells(shown).filter((row) => !/^-+$/.test(row[1] ?? ''))).toEqual(
    cells(settingsTable()).filter((row) => !/^-+$/.test(row[1] ?? '')),
  )
})

test('wrong settings are told all at once', () => {
  const wrong = {
    CONTROLPLANE_API_PORT: '99999',
    CHAINLOOP_RUN_EXPIRY: 'soon',
    CONTROLPLANE_EXTERNAL_URL: 'x',
  }

  expect(() => readConfig(wrong)).toThrow(
    /CONTROLPLANE_API_PORT[\s\S]*CONTROLPLANE_EXTERNAL_URL[\s\S]*CHAINLOOP_RUN_EXPIRY/,
  )
})
