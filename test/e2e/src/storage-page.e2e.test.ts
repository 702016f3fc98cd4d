import { join } from 'node:path'

import { expect, test } from '@jest/globals'

import { attest } from './world/attest.ts'
import { chainloopCommand } from './world/chainloop.ts'
import { command } from './world/command.ts'
import { repository, temporaryFolder } from './world/folder.ts'
import { codeBlocks } from './world/markdown.ts'
import { declareWorkflow } from './world/workflow.ts'
import { startWorld } from './world/world.ts'

test('what the page on storage says to run works as it is written', async () => {
  const blocks = await codeBlocks(join(repository, 'docs', 'storage.md'), 'sh')
  await using folder = await temporaryFolder()
  await using world = await startWorld()
  await attest(await declareWorkflow(world, { project: 'web' }), folder.path)

  // The bundle starts faster than the sources do.
  const bundled = chainloopCommand([])
  const script = [`chainloop() { ${bundled.join(' ')} "$@"; }`, ...blocks].join('\n')
  const run = script.replaceAll('bin/chainloop', 'chainloop')

  const printed = await command('bash', ['-euo', 'pipefail', '-c', run], {
    cwd: repository,
    env: { ...process.env, ...world.operator.env },
  })

  expect(blocks.length).toBeGreaterThan(4)
  expect(printed).toContain('migration')
  expect(printed).toMatch(/legal hold/)
})
