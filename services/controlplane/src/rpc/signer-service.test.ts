import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import { SignerKind, SignerService } from '@chainloop/proto/trust/v1/signer_service'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { keyPair, pemOf } from '../signers/testing/key-bundles.ts'
import { createToken } from './testing/create-token.ts'
import { startTestControlPlane, type TestControlPlane } from './testing/start-control-plane.ts'

let server: TestControlPlane
const publicKey = pemOf(keyPair().publicKey)
const add = (name: string, change: Record<string, unknown> = {}) =>
  server.client(SignerService, server.operator).add({
    name,
    material: { case: 'publicKey', value: new Uint8Array(publicKey) },
    projectNames: ['web'],
    ...change,
  })

beforeAll(async () => {
  server = await startTestControlPlane()
  await server
    .client(WorkflowService, server.operator)
    .create({ name: 'build', projectName: 'web' })
  await add('release')
})
afterAll(async () => server[Symbol.asyncDispose]())

async function codeOf(call: Promise<unknown>): Promise<Code> {
  return call.then(
    () => {
      throw new Error('it was not refused')
    },
    (cause: unknown) => ConnectError.from(cause).code,
  )
}

test('a signer is described by its name and by the fingerprint of its key', async () => {
  const viewer = server.client(SignerService, await createToken(server, { role: 'viewer' }))

  const { signer } = await viewer.describe({ reference: { case: 'name', value: 'release' } })
  const value = signer?.fingerprint ?? ''
  const again = await viewer.describe({ reference: { case: 'fingerprint', value } })

  expect(again.signer).toEqual(signer)
  expect(signer).toMatchObject({
    kind: SignerKind.PUBLIC_KEY,
    algorithm: 'ECDSA P-256',
    projectNames: ['web'],
  })
  expect(Buffer.from(signer?.material ?? []).toString()).toBe(publicKey.toString())
})

test.each<[string, Record<string, unknown>, Code]>([
  ['a name in use', { name: 'release' }, Code.AlreadyExists],
  ['a key in use', {}, Code.AlreadyExists],
  ['a name with capitals', { name: 'Release' }, Code.InvalidArgument],
  ['nothing to verify with', { material: { case: undefined } }, Code.InvalidArgument],
  ['no project', { projectNames: [] }, Code.InvalidArgument],
  ['some projects and all of them', { allProjects: true }, Code.InvalidArgument],
  ['a project that is not there', { projectNames: ['nowhere'] }, Code.NotFound],
])('a signer with %s is refused', async (_what, change, code) => {
  expect(await codeOf(add('another', change))).toBe(code)
})

test('viewers look, and nobody but operators changes who signs', async () => {
  const viewer = server.client(SignerService, await createToken(server, { role: 'viewer' }))

  expect((await viewer.list({ projectName: 'web' })).signers).toHaveLength(1)
  expect(await codeOf(viewer.remove({ name: 'release' }))).toBe(Code.PermissionDenied)
  expect(await codeOf(server.client(SignerService).list({}))).toBe(Code.Unauthenticated)
})
