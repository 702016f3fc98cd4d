import { expect, test } from '@jest/globals'

import { exampleAttestation } from '../testing/attestation.ts'
import { headCommit, repositoryAt } from './commit.ts'

const hash = 'ab'.repeat(20)
const withSubject = (...subject: unknown[]) => ({ ...exampleAttestation, statement: { subject } })
const at = (host: string, url: string) => repositoryAt(host, { hash, remotes: [url] })

test('the commit is the subject git.head, with its remotes', () => {
  const annotations = { remotes: [{ name: 'origin', url: 'https://github.com/acme/web' }] }

  expect(
    headCommit(
      withSubject({ name: 'x' }, { name: 'git.head', digest: { sha1: hash }, annotations }),
    ),
  ).toEqual({ hash, remotes: ['https://github.com/acme/web'] })
})

test.each([
  ['no subject at all', { ...exampleAttestation, statement: {} }],
  ['no commit', withSubject({ name: 'app', digest: { sha256: 'a'.repeat(64) } })],
  ['a hash that is none', withSubject({ name: 'git.head', digest: { sha1: '../../user' } })],
])('with %s there is none', (_, attestation) => {
  expect(headCommit(attestation)).toBeUndefined()
})

test.each([
  ['https://github.com/acme/web', 'acme/web'],
  ['https://github.com/acme/web.git', 'acme/web'],
  ['https://GitHub.com/acme/web.git/', 'acme/web'],
  ['https://me:secret@github.com/acme/web.git', 'acme/web'],
  ['ssh://git@github.com:22/acme/web.git', 'acme/web'],
  ['git@github.com:acme/web.git', 'acme/web'],
])('the repository of %s is %s', (url, path) => {
  expect(at('github.com', url)).toBe(path)
})

test('groups stay in the path', () => {
  expect(at('gitlab.example', 'git@gitlab.example:acme/shop/web.git')).toBe('acme/shop/web')
})

test.each(['https://github.com.evil.example/acme/web', '/srv/git/web', 'https://github.com/web'])(
  '%s is no repository there',
  (url) => {
    expect(at('github.com', url)).toBeUndefined()
  },
)
