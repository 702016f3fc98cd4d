import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { sha256 } from '@chainloop/attestation/digest'
import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import { AttestationService } from '@chainloop/proto/controlplane/v1/workflow_run'
import { PolicyExceptionState } from '@chainloop/proto/policies/v1/policy_exception'
import { PolicyExceptionService } from '@chainloop/proto/policies/v1/policy_exception_service'
import { ApplyStatus, PolicyKind, PolicyService } from '@chainloop/proto/policies/v1/policy_service'
import { PolicySimulationService } from '@chainloop/proto/policies/v1/policy_simulation_service'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { createToken } from './testing/create-token.ts'
import { startTestControlPlane, type TestControlPlane } from './testing/start-control-plane.ts'

const head = (kind: string, name: string) =>
  `apiVersion: chainloop.dev/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n`
const POLICY = `${head('Policy', 'small')}  inputs: [{ name: limit, required: true }]
  policies: [{ kind: SARIF, ref: small.cel, attestationPhases: [PUSH] }]\n`
const GROUP = `${head('PolicyGroup', 'release')}  policies:
    materials: [{ name: scan, type: SARIF, policies: [{ ref: small, with: { limit: "5" }, shadow: true }] }]\n`

let server: TestControlPlane
beforeAll(async () => {
  server = await startTestControlPlane()
  await server
    .client(WorkflowService, server.operator)
    .create({ name: 'build', projectName: 'web' })
  const files = [{ location: 'file://small.cel', content: Buffer.from('true') }]
  await policies().apply({ document: Buffer.from(POLICY), files })
  await policies().apply({ document: Buffer.from(GROUP) })
})
afterAll(async () => server[Symbol.asyncDispose]())

const policies = (token = server.operator) => server.client(PolicyService, token)

async function codeOf(call: Promise<unknown>): Promise<Code | undefined> {
  return call.then(
    () => undefined,
    (cause: unknown) => ConnectError.from(cause).code,
  )
}

test('policies are applied, listed, described and deleted', async () => {
  const document = Buffer.from(POLICY.replace('small }', 'other }'))
  const files = [{ location: 'file://small.cel', content: Buffer.from('true') }]
  const applied = await policies().apply({ document, files })
  const oldest = await policies().list({ kind: PolicyKind.POLICY, limit: 1 })
  const { nextCursor: cursor } = oldest
  const next = await policies().list({ kind: PolicyKind.POLICY, limit: 1, cursor })
  const described = await policies().describe({ reference: 'other' })

  expect(applied).toMatchObject({
    name: 'other',
    status: ApplyStatus.CREATED,
    version: { version: 1 },
  })
  expect(oldest.policies).toMatchObject([{ name: 'small' }])
  expect(next).toMatchObject({ policies: [{ name: 'other' }], nextCursor: '' })
  expect(sha256(described.content)).toBe(described.version?.digest)
  expect(Buffer.from(described.content).toString()).toContain('language: cel')
  await policies().delete({ name: 'other' })
  expect(await codeOf(policies().describe({ reference: 'other' }))).toBe(Code.NotFound)
  expect(await codeOf(policies().apply({ document }))).toBe(Code.InvalidArgument)
})

test('a job looks policies and groups up as clients do that know nothing of contracts that are closed', async () => {
  const attester = await createToken(server, { role: 'attester', projectName: 'web' })
  const attestations = server.client(AttestationService, attester)
  const { policy, reference } = await attestations.getPolicy({ policyName: 'small' })
  const { group } = await attestations.getPolicyGroup({ groupName: 'release', orgName: 'default' })

  expect(reference?.url).toBe('chainloop://controlplane.test/small?org=default')
  expect(policy).toMatchObject({
    kind: 'Policy',
    metadata: { name: 'small' },
    spec: {
      inputs: [{ name: 'limit', required: true }],
      policies: [{ source: { case: 'embedded', value: 'true' }, language: 'cel' }],
    },
  })
  const [material] = group?.spec?.policies?.materials ?? []
  expect(material).toMatchObject({
    name: 'scan',
    policies: [
      {
        policy: { case: 'ref', value: `small@${reference?.digest}` },
        shadow: true,
        with: { limit: '5' },
      },
    ],
  })
  const pinned = { policyName: `small@${reference?.digest}` }
  expect((await attestations.getPolicy(pinned)).reference?.digest).toBe(reference?.digest)
  expect(await codeOf(attestations.getPolicy({ policyName: 'release' }))).toBe(Code.NotFound)
  const elsewhere = attestations.getPolicy({ policyName: 'small', provider: 'vendor' })
  expect(await codeOf(elsewhere)).toBe(Code.InvalidArgument)
})

/** As much of the answers as is looked at. */
interface Answer {
  readonly raw: { readonly body: string; readonly format: string }
  readonly digest: string
  readonly valid: boolean
  readonly validationErrors: readonly string[]
}

async function ask(path: string, init: RequestInit = {}, token = server.operator) {
  const address = `${server.addresses.http}/policy-provider/${path}`
  const headers = { authorization: `Bearer ${token}`, 'chainloop-organization': 'default' }
  const response = await fetch(address, { ...init, headers })
  const body = (await response.json()) as Answer
  return { status: response.status, body }
}

test('another control plane asks the store as it asks any provider', async () => {
  const { body } = await ask('policies/small?organization_name=default')
  const bytes = Buffer.from(body.raw.body, 'base64')

  expect(body).toMatchObject({ raw: { format: 'FORMAT_YAML' }, organizationName: 'default' })
  expect(sha256(bytes)).toBe(body.digest)
  expect((await ask(`policies/small?digest=${body.digest}`)).body).toEqual(body)
  expect((await ask('groups/release')).status).toBe(200)
  expect((await ask('policies/release')).status).toBe(404)
  expect((await ask('policies/small?organization_name=other')).status).toBe(400)
  expect((await ask('policies/small', {}, 'nonsense')).status).toBe(401)
})

test.each<[string, object, readonly unknown[]]>([
  ['one that is right', { ref: 'small', with: { limit: '1' } }, []],
  ['a required input that is missing', { ref: 'small' }, [expect.stringMatching(/limit/)]],
  [
    'a name that is nowhere',
    { ref: 'nowhere' },
    [expect.stringMatching(/there is no policy nowhere/)],
  ],
  ['a file', { ref: 'file://p.yaml' }, [expect.stringMatching(/not in the store/)]],
  ['no attachment', { reference: 'small' }, [expect.stringMatching(/exactly one of "ref"/)]],
])('an attachment is validated: %s', async (_, attachment, problems) => {
  const body = JSON.stringify({ policy_attachment: JSON.stringify(attachment) })
  const { body: answer } = await ask('policies/validate', { method: 'POST', body })

  expect(answer).toMatchObject({ valid: problems.length === 0, validationErrors: problems })
})

test.each(['', '{}', '[', '{"policy_attachment": 1}', '{"policy_attachment": "}{"}'])(
  'a body like %j is no attachment',
  async (body) => {
    expect(await ask('policies/validate', { method: 'POST', body })).toMatchObject({
      status: 200,
      body: { valid: false },
    })
  },
)

test('an exception is asked for, approved, described and revoked', async () => {
  const exceptions = server.client(PolicyExceptionService, server.operator)
  const { exception } = await exceptions.request({
    policy: 'small',
    subject: { project: 'web' },
    reason: 'next week',
    expiresAt: timestampFromDate(new Date(Date.now() + 60_000)),
  })
  const id = exception?.id ?? ''
  await exceptions.approve({ id, comment: 'seen' })
  const described = await exceptions.describe({ id })
  await exceptions.revoke({ id })
  const listed = await exceptions.list({ state: PolicyExceptionState.REVOKED })

  expect(described.exception).toMatchObject({
    state: PolicyExceptionState.APPROVED,
    subject: { project: 'web', workflow: '' },
    decisions: [{ comment: 'seen' }],
  })
  expect(listed.exceptions).toMatchObject([{ id, decisions: [{}, {}] }])
  const viewer = server.client(
    PolicyExceptionService,
    await createToken(server, { role: 'viewer' }),
  )
  expect(await codeOf(viewer.revoke({ id }))).toBe(Code.PermissionDenied)
})

test('defaults are set, listed and removed', async () => {
  await policies().setDefault({ reference: 'small', with: { limit: '3' }, shadow: true })
  const { defaults } = await policies().listDefaults({})
  const inUse = await codeOf(policies().delete({ name: 'small' }))
  await policies().removeDefault({ name: 'small' })

  expect(defaults).toMatchObject([
    { name: 'small', version: 1, shadow: true, with: { limit: '3' } },
  ])
  expect(defaults[0]?.gate).toBeUndefined()
  expect(inUse).toBe(Code.FailedPrecondition)
  expect((await policies().listDefaults({})).defaults).toEqual([])
})

test('a simulation streams its plan and its summary', async () => {
  const simulation = server.client(PolicySimulationService, server.operator)
  const document = Buffer.from(POLICY.replace('ref: small.cel', 'language: cel, embedded: "true"'))
  const wish = { document, with: { limit: '1' }, since: timestampFromDate(new Date(0)) }
  const events = await Array.fromAsync(simulation.simulate(wish))

  expect(events.map(({ event }) => event.case)).toEqual(['plan', 'summary'])
  const failing = Array.fromAsync(simulation.simulate({ ...wish, document: Buffer.from('x') }))
  expect(await codeOf(failing)).toBe(Code.InvalidArgument)
})
