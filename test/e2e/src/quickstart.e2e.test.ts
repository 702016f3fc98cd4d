import { join } from 'node:path'

import { expect, test } from '@jest/globals'

import { command } from './world/command.ts'
import { repository, temporaryFolder } from './world/folder.ts'

test('the quickstart tells the main job to its end', async () => {
  await using folder = await temporaryFolder()
  const program = join(repository, 'scripts', 'run.mjs')
  const told = await command(process.execPath, [program, 'quickstart'], {
    cwd: repository,
    env: { ...process.env, TMPDIR: folder.path },
  })

  expect(told.trimEnd().split('\n').at(-1)).toMatch(/^attestation sha256:[0-9a-f]{64}$/)
})
