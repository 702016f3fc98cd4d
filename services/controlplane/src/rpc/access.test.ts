import type { DescMethod, DescMethodUnary } from '@bufbuild/protobuf'
import { Code, ConnectError, createConnectRouter } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { ROLE_RIGHTS } from '../auth/right.ts'
import { insertRun } from '../testing/insert-run.ts'
import { accessOf, procedure } from './access.ts'
import { apiRoutes, internalRoutes } from './routes.ts'
import { createToken } from './testing/create-token.ts'
import { startTestControlPlane, type TestControlPlane } from './testing/start-control-plane.ts'

let server: TestControlPlane

beforeAll(async () => {
  server = await startTestControlPlane()
})

afterAll(async () => server[Symbol.asyncDispose]())

function methodsOf(routes: typeof apiRoutes): DescMethod[] {
  const router = createConnectRouter()
  routes(server.ctx)(router)
  return router.handlers.map(({ method }) => method)
}

test('every registered method is in the access table', () => {
  const missing = [...methodsOf(apiRoutes), ...methodsOf(internalRoutes)].filter(
    (method) => !accessOf(method),
  )

  expect(missing.map(procedure)).toEqual([])
})

test('internal methods are registered on the internal listener only', () => {
  const needsInternal = (method: DescMethod): boolean =>
    accessOf(method)?.startsWith('internal:') ?? false

  expect(methodsOf(apiRoutes).filter(needsInternal).map(procedure)).toEqual([])
  expect(methodsOf(internalRoutes).every(needsInternal)).toBe(true)
})

/** Everybody and everything else: `access-matrix/`. */
test('the listener refuses exactly what the table refuses, to machines and every method', async () => {
  const attester = await createToken(server, { role: 'attester', projectName: 'app' })
  const viewer = await createToken(server, { role: 'viewer' })
  const run = await insertRun(server.ctx, { organizationName: 'default' })
  const callers = { anonymous: undefined, attester, viewer, run: run.token }
  const rights = {
    anonymous: [],
    attester: ROLE_RIGHTS.attester,
    viewer: ROLE_RIGHTS.viewer,
    run: ['run:continue', 'run:store', 'policy:read'],
  } as const

  const wrong: string[] = []
  for (const method of methodsOf(apiRoutes).filter(isUnary)) {
    for (const [caller, token] of Object.entries(callers)) {
      const has: readonly string[] = rights[caller as keyof typeof rights]
      const expected = refusalExpected(method, { isAnonymous: token === undefined, has })
      const code = await refusedWith(method, token)
      if (code !== expected) wrong.push(`${caller} calling ${procedure(method)}: ${code}`)
    }
  }

  expect(wrong).toEqual([])
})

function refusalExpected(
  method: DescMethod,
  { isAnonymous, has }: { isAnonymous: boolean; has: readonly string[] },
): Code | undefined {
  const needed = accessOf(method) ?? 'nobody'
  if (needed === 'anyone') return undefined
  if (isAnonymous) return Code.Unauthenticated
  return needed === 'authenticated' || has.includes(needed) ? undefined : Code.PermissionDenied
}

/** The gate's refusal; undefined when it let the call through, whatever came of it. */
async function refusedWith(
  method: DescMethodUnary,
  token: string | undefined,
): Promise<Code | undefined> {
  const transport = createGrpcTransport({ baseUrl: server.addresses.api })
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  try {
    await transport.unary(method, undefined, 5000, headers, {})
    return undefined
  } catch (cause) {
    const error = ConnectError.from(cause)
    const isGate = /may not call|needs a token/.test(error.rawMessage)
    return isGate ? error.code : undefined
  }
}

function isUnary(method: DescMethod): method is DescMethodUnary {
  return method.methodKind === 'unary'
}
