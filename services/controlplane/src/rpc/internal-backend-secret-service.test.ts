import { BackendSecretService } from '@chainloop/proto/internal/v1/backend_secret_service'
import { Code, createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import { issueTransferToken } from '../cas-credentials/transfer-token.ts'
import * as organizations from '../organizations/organization-repo.ts'
import { startTestControlPlane, type TestControlPlane } from './testing/start-control-plane.ts'

const CAS = 'the-token-of-the-artifact-cas-0123456789'
const WORKER = 'the-token-of-the-integrations-0123456789'

let server: TestControlPlane
let transferToken: string

beforeAll(async () => {
  server = await startTestControlPlane({
    CHAINLOOP_INTERNAL_TOKEN_ARTIFACT_CAS: CAS,
    CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS: WORKER,
  })
  const { db, secrets, tokens } = server.ctx
  const organization = await organizations.findByName(db, 'default')
  const organizationId = organization?.id ?? ''
  const before = await casBackends.findDefault(db, { organizationId })
  if (!before) throw new Error('no default')
  const value = Buffer.from('{"password":"top-secret"}')
  await casBackends.countRotation(db, before, await secrets.save(db, { organizationId, value }))
  transferToken = await issueTransferToken(tokens, { backend: before, role: 'uploader' })
})

afterAll(async () => server[Symbol.asyncDispose]())

function read(identity: string | undefined, listener: 'api' | 'internal' = 'internal') {
  const transport = createGrpcTransport({ baseUrl: server.addresses[listener] })
  const headers = identity === undefined ? {} : { authorization: `Bearer ${identity}` }
  return createClient(BackendSecretService, transport).read({ transferToken }, { headers })
}

test("the artifact CAS gets the credentials of a transfer's backend", async () => {
  const { credentials } = await read(CAS)

  expect(Buffer.from(credentials).toString()).toBe('{"password":"top-secret"}')
})

test('workers, operators, the transfer itself and strangers do not, whatever token they bring', async () => {
  await expect(read(WORKER)).rejects.toMatchObject({ code: Code.PermissionDenied })
  for (const identity of [undefined, server.operator, transferToken, 'stranger']) {
    await expect(read(identity)).rejects.toMatchObject({ code: Code.Unauthenticated })
  }
})

test('nobody is answered on the listener of clients', async () => {
  for (const identity of [CAS, server.operator]) {
    await expect(read(identity, 'api')).rejects.toMatchObject({ code: Code.Unimplemented })
  }
})
