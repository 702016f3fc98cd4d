import { generateKeyPairSync } from 'node:crypto'

import { contractJsonSchema } from '@chainloop/attestation/contract/contract-schema'
import { ContextService } from '@chainloop/proto/controlplane/v1/context'
import { StatusService } from '@chainloop/proto/controlplane/v1/status'
import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import { WorkflowContractService } from '@chainloop/proto/controlplane/v1/workflow_contract'
import { Code } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { readConfig } from './config.ts'
import { startTestControlPlane, type TestControlPlane } from './rpc/testing/start-control-plane.ts'
import { createControlPlane } from './server.ts'
import { openssl } from './signing/testing/openssl.ts'

let server: TestControlPlane

beforeAll(async () => {
  server = await startTestControlPlane()
})

afterAll(async () => server[Symbol.asyncDispose]())

test('the operator of a fresh server sees its organization and its storage', async () => {
  const { result } = await server.client(ContextService, server.operator).current({})

  expect(result?.currentMembership?.org?.name).toBe('default')
  expect(result?.currentCasBackend).toMatchObject({
    name: 'filesystem',
    provider: 'FILESYSTEM',
    limits: { maxBytes: 0n },
  })
})

test('an operator makes a workflow and reads the bytes of its contract back', async () => {
  const contracts = server.client(WorkflowContractService, server.operator)
  const rawContract = Buffer.from(
    'apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata:\n  name: release\nspec:\n  materials:\n    - type: ARTIFACT\n      name: binary # kept\n',
  )
  await contracts.create({ rawContract })
  const created = await server
    .client(WorkflowService, server.operator)
    .create({ name: 'build', projectName: 'app', contractName: 'release' })
  const { result } = await contracts.describe({ name: 'release' })

  expect(created.result).toMatchObject({
    name: 'build',
    project: 'app',
    contractName: 'release',
    contractRevisionLatest: 1,
  })
  expect(Buffer.from(result?.revision?.rawContract?.body ?? [])).toEqual(rawContract)
  expect(result?.revision?.contract).toMatchObject({
    case: 'v1',
    value: { materials: [{ name: 'binary', type: 3 }] },
  })
  expect(result?.contract?.workflowRefs).toMatchObject([{ name: 'build', projectName: 'app' }])
})

test('a call without a token is refused', async () => {
  await expect(server.client(WorkflowService).list({})).rejects.toMatchObject({
    code: Code.Unauthenticated,
  })
})

test('readiness looks at the database, and the keys are published', async () => {
  await server.client(StatusService).statusz({ readiness: true })
  const jwks = await (await fetch(`${server.addresses.http}/.well-known/jwks.json`)).json()
  const ready = await fetch(`${server.addresses.http}/statusz?readiness=1`)

  expect(ready.status).toBe(200)
  expect(jwks).toMatchObject({ keys: [{ kty: 'EC', crv: 'P-256', alg: 'ES256' }] })
  expect(JSON.stringify(jwks)).not.toContain('"d"')
})

test('anybody may have the JSON Schema of contracts', async () => {
  const response = await fetch(new URL('/schema/contract.schema.json', server.addresses.http))

  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(await response.json()).toEqual(contractJsonSchema)
})

test('a server whose artifact CAS does not answer is alive but not ready', async () => {
  await using lonely = await startTestControlPlane({ CAS_INTERNAL_URL: 'http://127.0.0.1:1' })

  await lonely.client(StatusService).statusz({})
  await expect(lonely.client(StatusService).statusz({ readiness: true })).rejects.toMatchObject({
    code: Code.Unavailable,
    rawMessage: expect.stringContaining('artifact-cas') as unknown,
  })
})

test('cleartext on an address that others reach needs a flag', async () => {
  const config = readConfig({ CHAINLOOP_BIND: '0.0.0.0', CHAINLOOP_DATA_DIR: '/nowhere' })

  await expect(createControlPlane(config)).rejects.toThrow(/without TLS/)
})

test('with a certificate, every listener that is sent a token speaks TLS, the internal one too', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const request = ['req', '-x509', '-key', 'key', '-subj', '/CN=localhost', '-days', '1']
  await using secured = await startTestControlPlane({
    CONTROLPLANE_TLS_CERT: await openssl({ key }, request),
    CONTROLPLANE_TLS_KEY: key,
  })

  const { api, http, internal } = secured.addresses
  expect([api, http, internal].map((address) => new URL(address).protocol)).toEqual([
    'https:',
    'https:',
    'https:',
  ])
})
