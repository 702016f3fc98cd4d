import { expect, test } from '@jest/globals'

import { parseChallenges } from './challenge.ts'

function read(header: string | string[] | undefined): object[] {
  return parseChallenges(header).map(({ scheme, parameters }) => ({
    scheme,
    ...Object.fromEntries(parameters),
  }))
}

test.each([
  [
    'Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull,push"',
    [
      {
        scheme: 'bearer',
        realm: 'https://auth.example/token',
        service: 'registry',
        scope: 'repository:a/b:pull,push',
      },
    ],
  ],
  ['Basic realm="a, \\"b\\""', [{ scheme: 'basic', realm: 'a, "b"' }]],
  ['BEARER Realm=x , Service = "y"', [{ scheme: 'bearer', realm: 'x', service: 'y' }]],
  [
    'Negotiate, Bearer realm="x", Basic realm="y"',
    [{ scheme: 'negotiate' }, { scheme: 'bearer', realm: 'x' }, { scheme: 'basic', realm: 'y' }],
  ],
  [
    ['Basic realm="a"', 'Bearer realm="b"'],
    [
      { scheme: 'basic', realm: 'a' },
      { scheme: 'bearer', realm: 'b' },
    ],
  ],
  [undefined, []],
  ['"', []],
  ['Bearer realm="never closed', [{ scheme: 'bearer' }]],
  ['Bearer __proto__="x"', [{ scheme: 'bearer' }]],
])('%j', (header, expected) => {
  expect(read(header)).toMatchObject(expected)
  expect(read(header)).toHaveLength(expected.length)
})

test('a header of a megabyte is not looked into', () => {
  expect(parseChallenges(`Bearer realm="${'x'.repeat(1 << 20)}"`)).toEqual([])
})
