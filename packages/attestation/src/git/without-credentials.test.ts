import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'

import { withoutCredentials } from './without-credentials.ts'

test.each([
  ['https://github.com/acme/web', 'https://github.com/acme/web'],
  ['https://alice:hunter2@github.com/acme/web.git', 'https://github.com/acme/web.git'],
  ['https://ghp_token@github.com/acme/web', 'https://github.com/acme/web'],
  ['https://host/acme/web?private_token=x', 'https://host/acme/web'],
  ['ssh://git@host:2222/acme/web', 'ssh://git@host:2222/acme/web'],
  ['ssh://git:hunter2@host/acme/web', 'ssh://git@host/acme/web'],
  ['git@github.com:acme/web.git', 'git@github.com:acme/web.git'],
  ['alice:hunter2@host:acme/web.git', 'alice@host:acme/web.git'],
  ['/srv/git/web.git', '/srv/git/web.git'],
  ['../web', '../web'],
  ['', ''],
])('%s is recorded as %s', (address, recorded) => {
  expect(withoutCredentials(address)).toBe(recorded)
})

test('no password survives, whatever it looks like', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/)
  fc.assert(
    fc.property(fc.webSegment(), word, (segment, host) => {
      const secret = `S3CRET${encodeURIComponent(segment)}`
      for (const scheme of ['https', 'http', 'ssh', 'ftp']) {
        expect(withoutCredentials(`${scheme}://user:${secret}@${host}/x`)).not.toContain('S3CRET')
      }
      expect(withoutCredentials(`user:${secret}@${host}:x`)).not.toContain('S3CRET')
    }),
  )
})
