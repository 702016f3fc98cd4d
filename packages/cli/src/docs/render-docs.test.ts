import { readFile } from 'node:fs/promises'

import { expect, test } from '@jest/globals'

import { groups } from '../commands/groups.ts'
import { commands } from '../commands/index.ts'
import { renderDocs } from './render-docs.ts'

test('the reference in docs says what the commands say: `pnpm --filter @chainloop/cli run docs`', async () => {
  const written = await readFile(new URL('../../../../docs/cli.md', import.meta.url), 'utf8')

  expect(written).toBe(renderDocs(commands, groups))
})
