import { expect, test } from '@jest/globals'
import { z } from 'zod'

import { describedRoute, noRequestBody } from './described-route.ts'
import { type VendorAnswer, startVendorServer } from './vendor-server.ts'

const good: VendorAnswer = { status: 200, body: { size: 1 } }

async function ask(
  path: string,
  { answer = good, ...init }: RequestInit & { answer?: VendorAnswer } = {},
) {
  const answers = {
    200: { type: 'application/json', body: z.strictObject({ size: z.int() }) },
    404: undefined,
  }
  await using server = await startVendorServer([
    describedRoute(
      {
        operation: 'GET /boxes/{id}',
        params: z.strictObject({ id: z.uuid() }),
        query: z.strictObject({ unit: z.enum(['m', 'ft']).optional() }),
        request: noRequestBody,
        answers,
      },
      () => answer,
    ),
    describedRoute(
      {
        operation: 'POST /boxes',
        request: { type: 'multipart/form-data', body: z.strictObject({ name: z.string() }) },
        answers,
      },
      () => answer,
    ),
  ])
  const { status } = await fetch(`${server.url}${path}`, init)
  return { status, refusals: server.refusals }
}

const box = '/boxes/0d2c9a9e-9a56-4d9c-9f5e-5a0f2f1d8a03'

function form(fields: Readonly<Record<string, string>>): RequestInit {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  return { method: 'POST', body }
}

test.each([
  [box, {}],
  [`${box}?unit=m`, {}],
  ['/boxes', form({ name: 'a' })],
])('%s is taken as it is described', async (path, init) => {
  expect(await ask(path, init)).toEqual({ status: 200, refusals: [] })
})

test.each<[string, RequestInit, string]>([
  ['/boxes/1', {}, 'Invalid UUID'],
  [`${box}?unit=mile`, {}, 'unit'],
  [`${box}?unit=m&unit=ft`, {}, 'unit'],
  [`${box}?color=red`, {}, 'color'],
  ['/boxes?color=red', form({ name: 'a' }), 'color'],
  ['/boxes', form({ name: 'a', color: 'red' }), 'color'],
  ['/boxes', form({}), 'name'],
  ['/boxes', { method: 'POST', body: '{"name":"a"}' }, 'the content is text/plain'],
  [box, { method: 'DELETE' }, 'there is no DELETE'],
])('a request that is not described is refused: %s %j', async (path, init, why) => {
  const { status, refusals } = await ask(path, init)

  expect(status).toBeGreaterThanOrEqual(400)
  expect(refusals).toEqual([expect.stringContaining(why)])
})

test.each<[VendorAnswer, string]>([
  [{ status: 201, body: { size: 1 } }, 'answered 201: the description has no such status'],
  [{ status: 200, body: { size: 'a' } }, 'answered 200'],
  [{ status: 200, body: { size: 1, color: 'red' } }, 'color'],
  [{ status: 200, body: 'text' }, 'the content is text/plain'],
  [
    { ...good, headers: { 'content-type': 'application/problem+json' } },
    'the content is application/problem+json',
  ],
  [{ status: 404, body: { size: 1 } }, 'the description has no content'],
])('an answer that is not described is refused: %j', async (answer, why) => {
  const { status, refusals } = await ask(box, { answer })

  expect(status).toBe(422)
  expect(refusals).toEqual([expect.stringContaining(why)])
})

test('an answer for people may be where no content is described', async () => {
  const answer = { status: 404, body: 'not here' }

  expect(await ask(box, { answer })).toEqual({ status: 404, refusals: [] })
})
