import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { readHead } from './read-head.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-git-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

const identity = {
  GIT_AUTHOR_NAME: 'Al Ü',
  GIT_AUTHOR_EMAIL: 'al@acme.example',
  GIT_AUTHOR_DATE: '2026-01-02T03:04:05+02:00',
  GIT_COMMITTER_NAME: 'Al',
  GIT_COMMITTER_EMAIL: 'al@acme.example',
}

function git(...args: string[]): void {
  execFileSync('git', args, { cwd: folder, env: { ...process.env, ...identity }, stdio: 'ignore' })
}

test('the commit of the working copy is read, its remotes without credentials', async () => {
  git('init', '--quiet')
  git('remote', 'add', 'origin', 'https://al:token@git.acme.example/web.git')
  git('commit', '--quiet', '--allow-empty', '--no-gpg-sign', '-m', 'one\n\ntwo')

  expect(await readHead(folder)).toEqual({
    hash: expect.stringMatching(/^[0-9a-f]{40}$/),
    author: { name: 'Al Ü', email: 'al@acme.example' },
    date: new Date('2026-01-02T01:04:05Z'),
    message: 'one\n\ntwo',
    remotes: [{ name: 'origin', url: 'https://git.acme.example/web.git' }],
    signature: undefined,
  })
})

test('where there is no repository, no commit or a broken one, there is no head', async () => {
  expect(await readHead(folder)).toBeUndefined()

  git('init', '--quiet')
  expect(await readHead(folder)).toBeUndefined()

  await writeFile(join(folder, '.git', 'HEAD'), 'nonsense')
  expect(await readHead(folder)).toBeUndefined()
  expect(await readHead(join(folder, 'missing'))).toBeUndefined()
})
