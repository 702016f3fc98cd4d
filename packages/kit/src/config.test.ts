import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'

import {
  bytes,
  describeSettings,
  duration,
  flag,
  integer,
  list,
  oneOf,
  port,
  required,
  secret,
  settings,
  text,
  url,
} from './config.ts'

test('values are read with their types, and defaults stand in for what is absent or empty', () => {
  const config = settings(
    { PORT: '0', WAIT: '1.5s', MAX: '64MiB', HOSTS: 'a, b ,,c', DEBUG: 'yes', EMPTY: '' },
    {
      port: port('PORT', { default: 9000 }),
      wait: duration('WAIT', { default: 1000 }),
      max: bytes('MAX', { default: 0 }),
      hosts: list('HOSTS', { default: [] }),
      debug: flag('DEBUG'),
      quiet: flag('QUIET'),
      empty: text('EMPTY', { default: 'x' }),
      absent: text('ABSENT'),
      level: oneOf('LEVEL', ['info', 'debug'], { default: 'info' }),
    },
  )

  expect(config).toEqual({
    port: 0,
    wait: 1500,
    max: 67_108_864,
    hosts: ['a', 'b', 'c'],
    debug: true,
    quiet: false,
    empty: 'x',
    absent: undefined,
    level: 'info',
  })
})

test('all problems are reported at once, each with its variable', () => {
  const read = () =>
    settings(
      {
        PORT: '70000',
        WAIT: '5 parsecs',
        COUNT: '1e3',
        DEBUG: 'perhaps',
        LEVEL: 'loud',
        WHERE: 'nowhere',
      },
      {
        port: port('PORT', { default: 1 }),
        wait: duration('WAIT'),
        count: integer('COUNT'),
        debug: flag('DEBUG'),
        level: oneOf('LEVEL', ['info'], { default: 'info' }),
        where: url('WHERE'),
        name: required('NAME'),
        size: required(bytes('SIZE')),
      },
    )

  expect(read).toThrow(
    [
      'invalid configuration:',
      '  PORT: 70000 is not between 0 and 65535',
      '  WAIT: "5 parsecs" is not a duration like 30s or 5m',
      '  COUNT: "1e3" is not an integer',
      '  DEBUG: "perhaps" is neither true nor false',
      '  LEVEL: "loud" is none of info',
      '  WHERE: is not a URL',
      '  NAME: is required',
      '  SIZE: is required',
    ].join('\n'),
  )
})

test('a secret comes from the variable or from the file it names, never from both', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'kit-')), 'key')
  writeFileSync(file, 's3cret \n')
  const shape = { key: secret('KEY') }

  expect(settings({ KEY: 'plain' }, shape).key).toBe('plain')
  expect(settings({ KEY_FILE: file }, shape).key).toBe('s3cret ')
  expect(settings({}, shape).key).toBeUndefined()
  expect(() => settings({ KEY: 'a', KEY_FILE: file }, shape)).toThrow('not both')
  expect(() => settings({ KEY_FILE: '/nowhere/key' }, shape)).toThrow('cannot read /nowhere/key')
})

test('a problem with a secret does not show it', () => {
  const read = () => settings({ KEY: 'hunter2', KEY_FILE: '/nowhere' }, { key: secret('KEY') })

  expect(read).toThrow(expect.not.objectContaining({ message: expect.stringContaining('hunter2') }))
})

test('settings describe themselves for the documentation', () => {
  const rows = describeSettings({
    port: port('PORT', { default: 9000, help: 'API port' }),
    wait: duration('WAIT', { default: 30_000 }),
    name: required('NAME', { help: 'who' }),
  })

  expect(rows).toEqual([
    { env: 'PORT', kind: 'port', default: '9000', help: 'API port' },
    { env: 'WAIT', kind: 'duration', default: '30s', help: '' },
    { env: 'NAME', kind: 'text', default: 'required', help: 'who' },
  ])
})
