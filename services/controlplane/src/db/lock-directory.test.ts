import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { lockDirectory } from './lock-directory.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chainloop-lock-'))
})

afterEach(() => rm(directory, { recursive: true, force: true }))

test.each(['linux', 'darwin'] as const)('a directory is locked once on %s', async (platform) => {
  {
    await using _held = await lockDirectory(directory, platform)
    await expect(lockDirectory(directory, platform)).rejects.toThrow(/in use/)
  }
  await using again = await lockDirectory(directory, platform)

  expect(again).toBeDefined()
})

test('a socket file that its killed owner left behind does not lock', async () => {
  const path = join(directory, 'lock.sock')
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.stdout.write('up'))`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')

  await using taken = await lockDirectory(directory, 'darwin')

  expect(taken).toBeDefined()
})
