import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { chainloopCommand } from './world/chainloop.ts'
import { command } from './world/command.ts'
import { repository, temporaryFolder } from './world/folder.ts'
import { codeBlocks } from './world/markdown.ts'
import { startWorld, type World } from './world/world.ts'

const stack = new AsyncDisposableStack()
let world: World
let folder: string
beforeAll(async () => {
  world = stack.use(await startWorld())
  folder = stack.use(await temporaryFolder()).path
  const bin = join(folder, 'bin')
  await mkdir(bin)
  const words = chainloopCommand([]).map((word) => `'${word}'`)
  await writeFile(join(bin, 'chainloop'), `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`)
  await chmod(join(bin, 'chainloop'), 0o755)
})
afterAll(() => stack.disposeAsync())

test.each([
  [
    'policy-store.md',
    [/policies\/licenses\.yaml.*licenses.*created/, /licenses@1\n\+\+\+ licenses@2/, /shadow mode/],
  ],
  ['policy-exceptions.md', [/state\W+approved/, /agreed with legal/, /state\W+revoked/]],
  ['policy-simulation.md', [/What it would have said/, /runs\W+0/]],
])('the commands of docs/%s work as they are written', async (page, expected) => {
  const blocks = await codeBlocks(join(repository, 'docs', page), 'sh')
  const path = `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`
  const told = await command('bash', ['-euo', 'pipefail', '-c', blocks.join('\n')], {
    cwd: folder,
    env: { ...world.operator.env, PATH: path },
  })

  for (const pattern of expected) expect(told).toMatch(pattern)
})
