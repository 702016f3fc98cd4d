import { expect, test } from '@jest/globals'

import { clientAddress, parseProxies } from './client-address.ts'

const trusted = parseProxies(['10.0.0.0/8', '::1', 'fd00::/8'])

test.each([
  ['nobody is trusted unless named', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['a trusted proxy is believed', '10.1.2.3', '198.51.100.1', '198.51.100.1'],
  [
    'only its own word counts, not what the client sent it',
    '10.1.2.3',
    '1.1.1.1, 198.51.100.1',
    '198.51.100.1',
  ],
  ['a chain of trusted proxies is followed', '::1', '198.51.100.1, 10.9.9.9', '198.51.100.1'],
  ['a proxy that says nothing is the client', '10.1.2.3', '', '10.1.2.3'],
  ['what is no address ends the chain', '10.1.2.3', '198.51.100.1, <script>', '10.1.2.3'],
  ['trusted all the way: the first of them', '10.1.2.3', '10.0.0.7', '10.0.0.7'],
  ['an IPv4 address inside an IPv6 one is that address', '::ffff:203.0.113.9', '', '203.0.113.9'],
  ['IPv6 clients count by network', '2001:db8:1:2:3:4:5:6', '', '2001:db8:1:2::/64'],
  ['no connection, no address', '', '', 'unknown'],
])('%s', (_title, peer, forwardedFor, expected) => {
  expect(clientAddress({ peer, forwardedFor }, trusted)).toBe(expected)
})

test('all unreadable proxies are named at once', () => {
  expect(() => parseProxies(['10.0.0.1', 'proxy.internal', '10.0.0.0/99'])).toThrow(
    'not an address or CIDR: proxy.internal, 10.0.0.0/99',
  )
})
