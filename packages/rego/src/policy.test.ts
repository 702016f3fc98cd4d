import { expect, test } from '@jest/globals'

import { awaitHost } from './builtins/pending.ts'
import { define } from './builtins/registry.ts'
import { RegoError } from './errors.ts'
import type { HttpRequest } from './host.ts'
import { compile } from './policy.ts'
import { keyText, toJson } from './values/json.ts'

const fetching = {
  'a.rego': `package t

first := http.send({"method": "get", "url": "https://a.test"}).body.next

p := [first, http.send({"method": "get", "url": first}).status_code, time.now_ns()]

q := http.send({"method": "get", "url": "https://down.test", "raise_error": false}).status_code
`,
}

test('a query gives its bindings, one result for each solution', () => {
  const policy = compile({ modules: { a: 'package t\np contains x if some x in input' } })
  const results = policy.evaluateSync({ query: 'data.t.p[x]; y := x * 2', input: [2, 1] })

  expect(results.map(({ bindings }) => bindings)).toEqual([{ x: 1, y: 2 }, { x: 2, y: 4 }]) // prettier-ignore
})

test('an entrypoint gives its document, or nothing', () => {
  const policy = compile({ modules: { a: 'package t\nresult := {"ok": true}' } })

  expect(
    policy.evaluateSync({ entrypoint: 't/result' }).map(({ value }) => toJson(value ?? null)),
  ).toEqual([{ ok: true }])
  expect(policy.evaluateSync({ entrypoint: 't/other' })).toEqual([])
})

test('a policy is compiled once and evaluated with different inputs', () => {
  const policy = compile({ modules: { a: 'package t\np := input * 2' } })
  const run = (input: number): unknown =>
    policy.evaluateSync({ entrypoint: 't/p', input })[0]?.value

  expect([1, 2, 3].map(run)).toEqual([2, 4, 6])
})

test('what the host promises is waited for, and asked for once', async () => {
  const asked: string[] = []
  const policy = compile({ modules: fetching })
  const fetch = async ({ url }: HttpRequest) => {
    asked.push(url)
    const body = JSON.stringify({ next: 'https://b.test' })
    return {
      status: 200,
      statusText: 'OK',
      headers: { 'Content-Type': ['application/json'] },
      body,
    }
  }
  const [result] = await policy.evaluate({ entrypoint: 't/p', host: { fetch, now: () => 5 } })

  expect(result?.value).toEqual(['https://b.test', 200, 5_000_000])
  expect(asked).toEqual(['https://a.test', 'https://b.test'])
})

test('without a host there is no network', () => {
  const policy = compile({ modules: fetching })

  expect(policy.evaluateSync({ entrypoint: 't/p' })).toEqual([])
  expect(() => policy.evaluateSync({ entrypoint: 't/p', strictBuiltinErrors: true })).toThrow(
    'http.send: the host grants no network access',
  )
})

test('a request may give its failure as a result', async () => {
  const fetch = async () => Promise.reject(new Error('refused'))
  const [result] = await compile({ modules: fetching }).evaluate({
    entrypoint: 't/q',
    host: { fetch },
  })

  expect(result?.value).toBe(0)
})

test('the failure of a built-in function is undefined, or an error if strict', () => {
  const policy = compile({ modules: { 'a.rego': 'package t\n\np := to_number("x")' } })

  expect(policy.evaluateSync({ entrypoint: 't/p' })).toEqual([])
  expect(() => policy.evaluateSync({ entrypoint: 't/p', strictBuiltinErrors: true })).toThrow(
    'a.rego:3:6: eval_builtin_error: to_number: strconv.ParseFloat',
  )
})

test('a caller may bring functions of its own', () => {
  const hello = define('chainloop.hello(string) -> object', 'Greets.', ([name = null]) => [name])
  const policy = compile({
    modules: { a: 'package t\np := chainloop.hello("x")' },
    builtins: [hello],
  })

  expect(policy.evaluateSync({ entrypoint: 't/p' })[0]?.value).toEqual(['x'])
  expect(() => compile({ modules: {}, builtins: [{ ...hello, name: 'count' }] })).toThrow(
    'count exists',
  )
})

test('a function of the caller may wait for an answer', async () => {
  const asked: string[] = []
  const discover = define('chainloop.discover(string) -> any', 'Asks.', ([name = null], { run }) =>
    awaitHost(run, `discover ${keyText(name)}`, async () => {
      asked.push(keyText(name))
      if (name === 'bad') throw new Error('no such thing')
      return `found ${keyText(name)}`
    }),
  )
  const modules = { a: 'package t\np := [y | some x in input; y := chainloop.discover(x)]' }
  const policy = compile({ modules, builtins: [discover] })
  const results = await policy.evaluate({ entrypoint: 't/p', input: ['x', 'y', 'x', 'bad'] })

  expect(results[0]?.value).toEqual(['found x', 'found y', 'found x'])
  expect(asked).toEqual(['x', 'y', 'bad'])
  expect(policy.evaluateSync({ entrypoint: 't/p', input: ['x'] })[0]?.value).toEqual([])
})

test('print goes to the host if it is kept', () => {
  const lines: string[] = []
  const modules = { 'a.rego': 'package t\np if print("x", input.y, input.z)' }
  const host = { print: (line: string, at: string) => lines.push(`${at} ${line}`) }
  compile({ modules, print: true }).evaluateSync({ entrypoint: 't/p', input: { z: [1] }, host })
  compile({ modules }).evaluateSync({ entrypoint: 't/p', host })

  expect(lines).toEqual(['a.rego:2:6 x <undefined> [1]'])
})

test('the order of results does not depend on the order of the input', () => {
  const policy = compile({ modules: { a: 'package t\np := [k | some k, _ in input]' } })
  const run = (input: unknown): unknown =>
    policy.evaluateSync({ entrypoint: 't/p', input })[0]?.value

  expect(run({ b: 1, a: 2, '\u{1f600}': 3, '\uffff': 4 })).toEqual([
    'a',
    'b',
    '\uffff',
    '\u{1f600}',
  ])
})

test('the old language is behind a switch', () => {
  const modules = { a: 'package t\np[x] { x = input[_]; x > 1 }' }

  expect(() => compile({ modules })).toThrow(RegoError)
  const [result] = compile({ modules, version: 'v0' }).evaluateSync({
    entrypoint: 't/p',
    input: [1, 2],
  })
  expect(toJson(result?.value ?? null)).toEqual([2])
})

test('a faulty query is refused like a faulty module', () => {
  const policy = compile({ modules: {} })

  expect(() => policy.evaluateSync({ query: 'x = ' })).toThrow('rego_parse_error')
  expect(() => policy.evaluateSync({ query: 'x > 1' })).toThrow('var x is unsafe')
})
