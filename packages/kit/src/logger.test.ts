import { expect, test } from '@jest/globals'

import { createLogger } from './logger.ts'

function capture() {
  const lines: string[] = []
  return {
    lines,
    log: createLogger({
      name: 'test',
      level: 'debug',
      destination: { write: (line) => void lines.push(line) },
    }),
  }
}

test('a line is JSON with time, level, name and fields', () => {
  const { lines, log } = capture()

  log.child({ run: 'r1' }).info({ size: 3 }, 'stored')

  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    name: 'test',
    run: 'r1',
    size: 3,
    msg: 'stored',
    time: expect.any(String),
  })
})

test.each([
  [{ token: 'sesame' }],
  [{ config: { password: 'sesame' } }],
  [{ req: { headers: { authorization: 'sesame' } } }],
  [{ header: 'Authorization: Bearer sesame123' }],
  [{ url: 'postgres://me:sesame@host/db' }],
  [{ url: 'http://host/download/sha256:00?t=sesame&filename=x' }],
  [{ err: Object.assign(new Error('refused: bearer sesame99')) }],
  [{ err: new Error('outer', { cause: new Error('redis://:sesame@host is down') }) }],
  [{ note: '-----BEGIN PRIVATE KEY-----\nsesame\n-----END PRIVATE KEY-----' }],
  [{ note: 'got eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJzZXNhbWUifQ.sesame' }],
])('a secret does not reach the log: %j', (fields) => {
  const { lines, log } = capture()

  log.error(fields, 'failed')

  expect(lines[0]).toContain('[redacted]')
  expect(lines[0]).not.toContain('sesame')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'failed' })
})

test('an error is logged with its stack and what caused it', () => {
  const { lines, log } = capture()

  log.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed')

  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    err: {
      message: 'outer',
      stack: expect.stringContaining('logger.test'),
      cause: { message: 'inner' },
    },
  })
})
