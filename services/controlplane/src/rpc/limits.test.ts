import { ContextService } from '@chainloop/proto/controlplane/v1/context'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { createToken } from './testing/create-token.ts'
import { startTestControlPlane, type TestControlPlane } from './testing/start-control-plane.ts'

let server: TestControlPlane
beforeAll(async () => {
  server = await startTestControlPlane({
    CHAINLOOP_FAILED_LOGINS_PER_MINUTE: '3',
    CHAINLOOP_TIMESTAMPS_PER_MINUTE: '2',
    CHAINLOOP_TRUSTED_PROXIES: '127.0.0.1',
  })
})
afterAll(async () => server[Symbol.asyncDispose]())

async function login(token: string, forwardedFor: string): Promise<ConnectError | undefined> {
  const headers = { 'x-forwarded-for': forwardedFor }
  return server
    .client(ContextService, token, headers)
    .current({})
    .then(
      () => undefined,
      (cause: unknown) => ConnectError.from(cause),
    )
}

test('an address that keeps failing is told to wait, and good credentials get through all the same', async () => {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    expect((await login('x.y.z', '198.51.100.1'))?.code).toBe(Code.Unauthenticated)
  }

  const refused = await login('x.y.z', '198.51.100.1')
  expect(refused?.code).toBe(Code.ResourceExhausted)
  expect(Number(refused?.metadata.get('retry-after'))).toBeGreaterThan(0)
  expect(await login(server.operator, '198.51.100.1')).toBeUndefined()
  expect((await login('x.y.z', '198.51.100.2'))?.code).toBe(Code.Unauthenticated)
})

test('downloads over plain HTTP count too', async () => {
  const download = () =>
    fetch(new URL(`/download/sha256:${'0'.repeat(64)}?t=x.y.z`, server.addresses.http), {
      headers: { 'x-forwarded-for': '198.51.100.3' },
    })
  for (let attempt = 0; attempt < 3; attempt += 1) expect((await download()).status).toBe(401)

  const refused = await download()

  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('timestamps are limited by address, and a client cannot invent another one', async () => {
  const stamp = (forwardedFor: string) =>
    fetch(new URL('/tsa', server.addresses.http), {
      method: 'POST',
      headers: {
        'content-type': 'application/timestamp-query',
        'x-forwarded-for': forwardedFor,
      },
      body: 'junk',
    })

  expect((await stamp('1.1.1.1, 198.51.100.4')).status).toBe(200)
  expect((await stamp('2.2.2.2, 198.51.100.4')).status).toBe(200)
  const refused = await stamp('3.3.3.3, 198.51.100.4')

  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.json()).toMatchObject({ reason: 'RATE_LIMITED' })
  expect((await stamp('198.51.100.5')).status).toBe(200)
})

test('an account that calls too often is told to wait, another one is not', async () => {
  await using small = await startTestControlPlane({ CHAINLOOP_CALLS_PER_MINUTE: '4' })
  const call = (token: string) => small.client(ContextService, token).current({})
  const other = await createToken(small, { role: 'viewer' })
  for (let attempt = 0; attempt < 3; attempt += 1) await call(small.operator)

  const refused = await call(small.operator).catch((cause: unknown) => ConnectError.from(cause))

  expect(refused).toMatchObject({ code: Code.ResourceExhausted })
  expect(await call(other)).toBeDefined()
})

test('an organization that calls too often is told to wait', async () => {
  await using small = await startTestControlPlane({ CHAINLOOP_ORGANIZATION_CALLS_PER_MINUTE: '3' })
  const other = await createToken(small, { role: 'viewer' })
  const call = (token: string) => small.client(ContextService, token).current({})
  await call(small.operator)
  await call(other)

  const refused = await call(other).catch((cause: unknown) => ConnectError.from(cause))

  expect(refused).toMatchObject({ code: Code.ResourceExhausted })
})
