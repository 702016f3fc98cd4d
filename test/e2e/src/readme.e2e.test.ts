import { cp, mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'

import { command } from './world/command.ts'
import { anyPorts } from './world/environment.ts'
import { repository, temporaryFolder } from './world/folder.ts'
import { codeBlocks } from './world/markdown.ts'
import { startCommand } from './world/program.ts'

/** What is copied, because it looks for its place in the file system; everything else is linked. */
const copied = new Set(['scripts', 'bin', 'package.json'])
const leftOut = new Set(['.git', '.chainloop', 'coverage'])

test('the story that README tells works as it is written', async () => {
  const blocks = await codeBlocks(join(repository, 'README.md'), 'sh')
  const [start = '', ...rest] = blocks.slice(
    blocks.findIndex((block) => block.startsWith('npm start')),
  )
  const commands = rest.slice(0, 3).flatMap((block) => block.trim().split('\n'))
  expect(start.trim()).toBe('npm start')
  expect(commands.length + 1).toBeLessThanOrEqual(12)

  await using folder = await temporaryFolder()
  const checkout = await mirror(join(folder.path, 'checkout'))
  const env = { ...process.env, ...anyPorts, HOME: folder.path, TMPDIR: folder.path }
  await using _server = await startCommand(
    ['npm', 'start'],
    { cwd: checkout, env, detached: true },
    (line) => line.startsWith('ready'),
  )

  const story = await command('bash', ['-euo', 'pipefail', '-c', commands.join('\n')], {
    cwd: checkout,
    env,
  })

  expect(story).toBeDefined()
  expect(await readdir(checkout)).toEqual(
    expect.arrayContaining(['bundle.json', 'trusted-root.json', 'sbom.json']),
  )
})

/** The checkout in another place, without copying what is big; `.chainloop` and the story's files stay out of the real one. */
async function mirror(path: string): Promise<string> {
  await mkdir(path)
  for (const name of await readdir(repository)) {
    if (leftOut.has(name)) continue
    const [from, to] = [join(repository, name), join(path, name)]
    await (copied.has(name) ? cp(from, to, { recursive: true }) : symlink(from, to))
  }
  return path
}
