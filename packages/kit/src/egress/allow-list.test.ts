import { expect, test } from '@jest/globals'

import { parseAllowList } from './allow-list.ts'

test('a name opens its port, or all ports when it has none', () => {
  const list = parseAllowList(['hooks.internal', 'Jira.Corp.:8443'])

  expect(list.allowsHost('hooks.internal', 1)).toBe(true)
  expect(list.allowsHost('jira.corp', 8443)).toBe(true)
  expect(list.allowsHost('JIRA.corp.', 8443)).toBe(true)
  expect(list.allowsHost('jira.corp', 443)).toBe(false)
  expect(list.allowsHost('evil.hooks.internal', 1)).toBe(false)
})

test('an address or a CIDR opens addresses, also when they are written as mapped IPv6', () => {
  const list = parseAllowList(['10.1.0.0/16', '127.0.0.1:3000', '[::1]:8080', 'fd00::/8'])

  expect(list.allowsAddress('10.1.2.3', 80)).toBe(true)
  expect(list.allowsAddress('::ffff:10.1.2.3', 80)).toBe(true)
  expect(list.allowsAddress('10.2.0.1', 80)).toBe(false)
  expect(list.allowsAddress('127.0.0.1', 3000)).toBe(true)
  expect(list.allowsAddress('127.0.0.1', 3001)).toBe(false)
  expect(list.allowsAddress('::1', 8080)).toBe(true)
  expect(list.allowsAddress('fd12::1', 443)).toBe(true)
  expect(list.allowsAddress('no address', 80)).toBe(false)
})

test('every entry that cannot be read is named', () => {
  expect(() =>
    parseAllowList(['ok.example', 'http://x', '10.0.0.0/33', 'a:0', 'b:70000', '1.2.3.999']),
  ).toThrow(/"http:\/\/x", "10\.0\.0\.0\/33", "a:0", "b:70000", "1\.2\.3\.999"/)
})
