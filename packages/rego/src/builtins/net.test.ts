import { expect, test } from '@jest/globals'

import { valueOf } from '../testing/evaluate.ts'

// Each row was compared with the answer of Open Policy Agent 1.22.
test.each([
  ['units.parse("1.5Gi")', '1610612736'],
  ['units.parse("100m")', '0.1'],
  ['units.parse("1KB")', 'eval_builtin_error: units.parse: units.parse: unit Kb not recognized'],
  ['units.parse("-5k")', '-5000'],
  ['units.parse("1e3")', '1000'],
  ['units.parse("1E")', '1000000000000000000'],
  ['units.parse("0.00000000000000001")', '0'],
  ['units.parse_bytes("10KiB")', '10240'],
  ['units.parse_bytes("1.5k")', '1500'],
  ['units.parse_bytes("12")', '12'],
  [
    'units.parse_bytes("1zb")',
    'eval_builtin_error: units.parse_bytes: units.parse_bytes: byte unit zb not recognized',
  ],
  [
    'units.parse_bytes("mb")',
    'eval_builtin_error: units.parse_bytes: units.parse_bytes: no byte amount provided',
  ],
  ['units.parse_bytes("0.1")', '0'],
  [
    'uuid.parse("00000000-0000-1000-8000-000000000000")',
    '{"clocksequence":0,"macvariables":"global:unicast","nodeid":"00-00-00-00-00-00","time":6227451273709551616,"variant":"RFC4122","version":1}',
  ],
  [
    'uuid.parse("urn:uuid:f47ac10b-58cc-4372-a567-0e02b2c3d479")',
    '{"variant":"RFC4122","version":4}',
  ],
  ['uuid.parse("bad")', 'undefined'],
  [
    'uuid.parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")',
    '{"clocksequence":180,"macvariables":"global:unicast","nodeid":"00-c0-4f-d4-30-c8","time":886630433151182400,"variant":"RFC4122","version":1}',
  ],
  ['net.cidr_contains("10.0.0.0/8", "10.1.2.3")', 'true'],
  ['net.cidr_contains("10.0.0.0/8", "10.1.0.0/16")', 'true'],
  ['net.cidr_contains("2001:db8::/32", "2001:db8::1")', 'true'],
  [
    'net.cidr_contains("10.0.0.0/8", "bad")',
    'eval_builtin_error: net.cidr_contains: not a valid textual representation of an IP address or CIDR: bad',
  ],
  ['net.cidr_intersects("10.0.0.0/8", "10.1.0.0/16")', 'true'],
  [
    'net.cidr_merge(["192.168.0.0/24", "192.168.1.0/24", "10.0.0.1/32"])',
    '["10.0.0.1/32","192.168.0.0/23"]',
  ],
  ['net.cidr_merge(["0.0.0.0/1", "128.0.0.0/1"])', '["0.0.0.0/0"]'],
  ['net.cidr_merge({"192.168.0.1", "192.168.0.2"})', '["192.168.0.0/24"]'],
  [
    'net.cidr_expand("192.168.0.0/30")',
    '["192.168.0.0","192.168.0.1","192.168.0.2","192.168.0.3"]',
  ],
  ['net.cidr_is_valid("10.0.0.0/33")', 'false'],
  [
    'net.cidr_contains_matches({"a": "10.0.0.0/8"}, ["10.1.1.1", ["11.0.0.0/8", "x"]])',
    '[["a",0]]',
  ],
  ['net.cidr_contains_matches("10.0.0.0/8", {"10.0.0.1"})', '[["10.0.0.0/8","10.0.0.1"]]'],
  ['graph.reachable({"a": ["b"], "b": ["c"], "c": []}, ["a"])', '["a","b","c"]'],
  ['graph.reachable({"a": {"b"}, "b": {"z"}}, {"a"})', '["a","b"]'],
  [
    'graph.reachable_paths({"a": ["b", "c"], "b": ["a"], "c": ["d"], "d": []}, ["a"])',
    '[["a","b"],["a","c","d"]]',
  ],
  ['graph.reachable_paths({"a": ["x"]}, ["a"])', '[["a"]]'],
  ['graph.reachable_paths({"a": ["b"], "b": ["a"]}, ["a", "b"])', '[["a","b"],["b","a"]]'],
  [
    'net.cidr_expand("10.0.0.0/35")',
    'eval_builtin_error: net.cidr_expand: invalid CIDR address: 10.0.0.0/35',
  ],
])('%s is %s', (expression, expected) => {
  expect(valueOf(expression)).toBe(expected)
})
