import { expect, test } from '@jest/globals'

import { nextHop } from './redirects.ts'

const hop = (method: string, url = 'https://a.example/x'): Parameters<typeof nextHop>[0] => ({
  url: new URL(url),
  method,
  headers: new Headers({ authorization: 'secret', 'x-api-key': 'secret', accept: 'a/b' }),
})

test('a POST is never turned into a GET without its body', () => {
  expect(nextHop(hop('POST'), 301, '/y')).toBeUndefined()
  expect(nextHop(hop('POST'), 302, '/y')).toBeUndefined()
  expect(nextHop(hop('POST'), 303, '/y')).toBeUndefined()
})

test('a POST is repeated as it is when the target says so', () => {
  expect(nextHop(hop('POST'), 308, '/y')).toMatchObject({ method: 'POST' })
})

test('credentials stay with their origin', () => {
  const same = nextHop(hop('GET'), 302, '/y')
  const other = nextHop(hop('GET'), 302, 'https://b.example/y')
  const port = nextHop(hop('GET'), 302, 'https://a.example:8443/y')

  expect(same?.headers.get('authorization')).toBe('secret')
  expect([...(other?.headers.keys() ?? [])]).toEqual(['accept'])
  expect([...(port?.headers.keys() ?? [])]).toEqual(['accept'])
})

test('https does not become http', () => {
  expect(() => nextHop(hop('GET'), 302, 'http://a.example/')).toThrow('https to http')
})

test('a location that cannot be read is refused', () => {
  expect(() => nextHop(hop('GET'), 302, 'http://[')).toThrow('no readable location')
})
