import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { findProjectVersion } from './project-version.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-version-'))
  await mkdir(join(folder, 'repo', 'packages', 'app'), { recursive: true })
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

test('the nearest .chainloop.yml says the version', async () => {
  await writeFile(join(folder, 'repo', '.chainloop.yml'), 'projectVersion: 1.4.0\n')
  const app = join(folder, 'repo', 'packages', 'app')
  expect(await findProjectVersion(app)).toBe('1.4.0')

  await writeFile(join(app, '.chainloop.yaml'), 'projectVersion: 2\n')
  expect(await findProjectVersion(app)).toBe('2')
})

test('the root of a repository ends the search', async () => {
  await writeFile(join(folder, '.chainloop.yml'), 'projectVersion: outside\n')
  await mkdir(join(folder, 'repo', '.git'))

  expect(await findProjectVersion(join(folder, 'repo', 'packages'))).toBeUndefined()
})

test.each(['', 'other: 1', 'projectVersion:', 'projectVersion: [1]', '- 1'])(
  'a file that says %j names no version',
  async (text) => {
    await writeFile(join(folder, 'repo', '.chainloop.yml'), text)

    expect(await findProjectVersion(join(folder, 'repo'))).toBeUndefined()
  },
)
