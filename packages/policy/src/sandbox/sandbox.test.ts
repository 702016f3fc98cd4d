import { afterAll, expect, test } from '@jest/globals'

import { attach } from '../testing/evaluating.ts'
import { createEvaluationPool } from './evaluation-pool.ts'
import type { EvaluationJob } from './messages.ts'

const pool = createEvaluationPool({ processes: 1, megabytes: 64, milliseconds: 1_500 })
afterAll(async () => pool[Symbol.asyncDispose]())

let keys = 0

function job(script: object, more: Partial<EvaluationJob['settings']> = {}): EvaluationJob {
  keys += 1
  const embedded = {
    apiVersion: 'chainloop.dev/v1',
    kind: 'Policy',
    metadata: { name: 'p' },
    spec: { policies: [{ kind: 'EVIDENCE', ...script }] },
  }
  return {
    contract: {
      policies: { materials: [attach({ embedded, gate: true })], attestation: [] },
      policyGroups: [],
    },
    closure: { pins: [], documents: new Map() },
    key: String(keys),
    subject: {
      type: 'material',
      kind: 'EVIDENCE',
      name: 'm',
      content: Buffer.from('{"a": [1, 2, 3]}'),
      metadata: { name: 'm' },
    },
    settings: {
      gateByDefault: false,
      now: new Date(),
      hostnames: ['api.example'],
      mayFetch: true,
      mayDiscover: false,
      budget: { milliseconds: 1000 },
      maxDocumentBytes: 2 ** 20,
      runtimeInputs: [],
      ...more,
    },
  }
}

const rego = (...lines: string[]): object => ({
  embedded: ['package p', 'import rego.v1', ...lines].join('\n'),
})

test('a policy is judged in another process', async () => {
  const script = rego('violations contains sprintf("%d", [count(input.a)])')

  expect(await pool.run(job(script), {})).toMatchObject([
    { name: 'p', violations: [{ message: '3' }], gate: true },
  ])
})

test('the network is reached through the caller only, and only where it allows', async () => {
  const ask = (host: string): object =>
    rego(
      `answer := http.send({"method": "GET", "url": "https://${host}/x"})`,
      'violations contains answer.body.say',
    )
  const asked: string[] = []
  const grants = {
    fetch: async ({ url }: { url: string }) => {
      asked.push(url)
      const headers = { 'content-type': ['application/json'] }
      return Promise.resolve({ status: 200, statusText: 'OK', headers, body: '{"say":"hello"}' })
    },
  }

  expect(await pool.run(job(ask('api.example')), grants)).toMatchObject([
    { violations: [{ message: 'hello' }] },
  ])
  expect(await pool.run(job(ask('other.example')), grants)).toMatchObject([
    { skipped: true, skipReasons: ['not evaluated: unallowed host: other.example'], gate: true },
  ])
  expect(asked).toEqual(['https://api.example/x'])
})

test('a script that breaks off has no verdict, and its gate stays closed', async () => {
  expect(
    await pool.run(job(rego('violations contains x if { x := to_number("a") }')), {}),
  ).toMatchObject([
    {
      skipped: true,
      violations: [],
      gate: true,
      skipReasons: [expect.stringMatching(/^not evaluated: /)],
    },
  ])
})

test('an expression that would never end is ended with its process, and the next job finds a new one', async () => {
  const list = JSON.stringify(Array.from({ length: 40 }, (_, n) => n))
  const nested = 'xyzuvw'
    .split('')
    .reduceRight((inner, name) => `${list}.all(${name}, ${inner})`, 'x + y + z + u + v + w >= 0')
  const endless = { language: 'cel', embedded: nested }

  await expect(pool.run(job(endless), {})).rejects.toMatchObject({ name: 'EvaluationLost' })
  expect(await pool.run(job(rego('violations := []')), {})).toMatchObject([{ skipped: false }])
})

test('what wants all memory is ended with its process', async () => {
  const script = rego(
    'big := [x | some x in numbers.range(1, 400); true]',
    'violations contains sprintf("%v", [[[a, b, c] | some a in big; some b in big; some c in big]])',
  )
  const greedy = job(script, { budget: { milliseconds: 60_000, bytes: 2 ** 40, steps: 2 ** 50 } })

  await expect(pool.run(greedy, {})).rejects.toMatchObject({ name: 'EvaluationLost' })
})

test('jobs that wait are served in their order; too many are refused', async () => {
  await using small = createEvaluationPool({ processes: 1, waiting: 1 })
  const runs = [1, 2, 3].map(() => small.run(job(rego('violations := []')), {}))
  const ends = await Promise.allSettled(runs)

  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
})

test('who no longer wants an answer ends the process, also while it starts', async () => {
  await using small = createEvaluationPool({ processes: 1 })
  const list = JSON.stringify(Array.from({ length: 40 }, (_, n) => n))
  const nested = 'xyzuvw'
    .split('')
    .reduceRight((inner, name) => `${list}.all(${name}, ${inner})`, 'x + y + z + u + v + w >= 0')
  const endless = job({ language: 'cel', embedded: nested })
  const soon = (ms: number) => AbortSignal.timeout(ms)

  await expect(small.run(endless, {}, AbortSignal.abort())).rejects.toThrow(/aborted/)
  await expect(small.run(endless, {}, soon(1))).rejects.toThrow(/timeout/)
  await expect(small.run(endless, {}, soon(500))).rejects.toThrow(/timeout/)
  expect(await small.run(job(rego('violations := []')), {})).toMatchObject([{ skipped: false }])
})
