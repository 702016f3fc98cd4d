import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'

import { chainloopCommand } from './world/chainloop.ts'
import { command } from './world/command.ts'
import { repository, temporaryFolder } from './world/folder.ts'
import { codeBlocks } from './world/markdown.ts'
import { startWorld } from './world/world.ts'

test('the commands of docs/contracts.md work as they are written', async () => {
  const blocks = await codeBlocks(join(repository, 'docs', 'contracts.md'), 'sh')
  await using folder = await temporaryFolder()
  await using world = await startWorld()
  const bin = join(folder.path, 'bin')
  await mkdir(bin)
  const words = chainloopCommand([]).map((word) => `'${word}'`)
  await writeFile(join(bin, 'chainloop'), `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`)
  await chmod(join(bin, 'chainloop'), 0o755)

  const told = await command('bash', ['-euo', 'pipefail', '-c', blocks.join('\n')], {
    cwd: folder.path,
    env: { ...world.operator.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
  })

  expect(told).toContain('contracts/release.yaml: valid, contract release')
  expect(told).toContain('the input has no policies beside it')
  expect(told).toContain('--- release@1')
  expect(told).toContain('-      optional: true\n+      optional: false')
  expect(told).toContain('file://policies/fresh.rego')
})
