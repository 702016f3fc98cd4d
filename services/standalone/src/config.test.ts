import { expect, test } from '@jest/globals'

import { readConfig } from './config.ts'

test('without settings it keeps to itself, in a directory of its own', () => {
  const { dataDir, bind, ports } = readConfig({})

  expect({ dataDir, bind }).toEqual({ dataDir: '.chainloop', bind: '127.0.0.1' })
  expect(ports).toMatchObject({ controlPlaneApi: 9000, casApi: 9001 })
})

test.each(['0.0.0.0', '::', '192.168.1.7', '127.0.0.1.example'])(
  'cleartext on %s has to be asked for',
  (bind) => {
    expect(() => readConfig({ CHAINLOOP_BIND: bind })).toThrow(/CHAINLOOP_ALLOW_CLEARTEXT/)
    expect(readConfig({ CHAINLOOP_BIND: bind, CHAINLOOP_ALLOW_CLEARTEXT: 'true' }).bind).toBe(bind)
  },
)

test.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost'])('%s is this machine', (bind) => {
  expect(readConfig({ CHAINLOOP_BIND: bind }).bind).toBe(bind)
})

test('what is no port is refused by its name', () => {
  expect(() => readConfig({ CAS_API_PORT: '70000' })).toThrow(/CAS_API_PORT/)
})
