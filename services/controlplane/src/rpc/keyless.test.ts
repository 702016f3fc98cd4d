import { createHmac, createPublicKey } from 'node:crypto'

import { ContextService } from '@chainloop/proto/controlplane/v1/context'
import {
  AttestationService,
  WorkflowRunService,
} from '@chainloop/proto/controlplane/v1/workflow_run'
import { RunService } from '@chainloop/proto/runs/v1/run_service'
import { TrustRuleService } from '@chainloop/proto/trustrules/v1/trust_rule_service'
import { Code } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { exportSPKI, generateKeyPair, SignJWT } from 'jose'

import { insertOrganization } from '../testing/world.ts'
import { createToken } from './testing/create-token.ts'
import {
  INSTANCE,
  inOrganization,
  type KeylessWorld,
  refusalOf,
  seconds,
  startKeylessWorld,
} from './testing/keyless-world.ts'

const stack = new AsyncDisposableStack()
let world: KeylessWorld
let server: KeylessWorld['server']
let issuer: KeylessWorld['issuer']
beforeAll(async () => {
  world = stack.use(await startKeylessWorld())
  ;({ server, issuer } = world)
})
afterAll(() => stack.disposeAsync())

const claims: KeylessWorld['claims'] = (change) => world.claims(change)
const init: KeylessWorld['init'] = (...args) => world.init(...args)
const addRule: KeylessWorld['addRule'] = (...args) => world.addRule(...args)

test.each(['RS256', 'ES256', 'EdDSA'] as const)(
  'a job exchanges its token (%s) for a run token, once, and works with that',
  async (alg) => {
    const token = await issuer.sign(claims(), { alg })

    const { runId, runToken, result } = await init(token)

    expect(result?.workflowRun?.jobUrl).toBe(`${issuer.url}/acme/web/actions/runs/42`)
    const renewed = await server.client(RunService, runToken).renewToken({})
    expect(renewed.runToken?.token).not.toBe('')
    const { result: viewed } = await server
      .client(WorkflowRunService, server.operator)
      .view({ ref: { case: 'id', value: runId } })
    expect(viewed?.workflowRun?.runnerType).toBe(1)
    const again = await refusalOf(init(token))
    expect(again.code).toBe(Code.Unauthenticated)
    expect(again.rawMessage).toMatch(/used before/)
  },
)

test('of several jobs that present the same token at once, one opens a run', async () => {
  const token = await issuer.sign(claims())

  const outcomes = await Promise.allSettled([init(token), init(token), init(token)])

  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('a token without an id opens one run too, whatever is done to its signature', async () => {
  const { jti: _, ...nameless } = claims()
  const token = await issuer.sign(nameless, { alg: 'ES256' })
  await init(token)

  const twin = otherSignature(token)
  expect(twin).not.toBe(token)
  for (const replayed of [token, twin]) {
    expect((await refusalOf(init(replayed))).rawMessage).toMatch(/used before/)
  }
})

/** (r, n − s) is as good an ECDSA signature as (r, s). */
function otherSignature(token: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const [header = '', payload = '', signature = ''] = token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`)
  const flipped = Buffer.concat([
    bytes.subarray(0, 32),
    Buffer.from(s.toString(16).padStart(64, '0'), 'hex'),
  ])
  return `${header}.${payload}.${flipped.toString('base64url')}`
}

test('a token that opened no run is still good', async () => {
  const token = await issuer.sign(claims())

  expect((await refusalOf(init(token, { workflowName: 'nothing' }))).code).toBe(
    Code.PermissionDenied,
  )
  expect((await refusalOf(init(token, { projectName: 'api' }))).code).toBe(Code.NotFound)
  expect((await refusalOf(init(token, { runner: 2 }))).rawMessage).toMatch(/identity says/)

  expect((await init(token)).runToken).not.toBe('')
})

test('the token of a platform authorizes nothing but Init and Join', async () => {
  const token = await issuer.sign(claims())
  const { runId, runToken } = await init(await issuer.sign(claims()))
  const [attestations, runs] = [
    server.client(AttestationService, token, inOrganization),
    server.client(RunService, token, inOrganization),
  ]
  const calls = [
    () => server.client(ContextService, token, inOrganization).current({}),
    () => attestations.getContract({ workflowName: 'build', projectName: 'web' }),
    () => attestations.findOrCreateWorkflow({ workflowName: 'build', projectName: 'web' }),
    () => attestations.getUploadCreds({ workflowRunId: runId }),
    () => attestations.store({ workflowRunId: runId, attestationBundle: Buffer.from('{}') }),
    () => runs.renewToken({}),
  ]

  for (const call of calls) expect((await refusalOf(call())).code).toBe(Code.Unauthenticated)
  await server.client(RunService, runToken).renewToken({})
  const download = await fetch(
    new URL(`/download/sha256:${'0'.repeat(64)}`, server.addresses.http),
    { headers: { authorization: `Bearer ${token}`, ...inOrganization } },
  )
  expect(download.status).toBe(401)
})

test('an account cannot work on the run of a job that proved itself', async () => {
  const { runId } = await init(await issuer.sign(claims()))
  const account = await createToken(server, { role: 'attester', projectName: 'web' })

  for (const token of [account, server.operator]) {
    const attestations = server.client(AttestationService, token)
    const calls = [
      () => server.client(RunService, token).join({ runId }),
      () => attestations.getUploadCreds({ workflowRunId: runId }),
      () => attestations.store({ workflowRunId: runId, attestationBundle: Buffer.from('{}') }),
    ]
    for (const call of calls) expect((await refusalOf(call())).code).toBe(Code.PermissionDenied)
  }
})

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const hostile: Record<string, () => Promise<string> | string> = {
  'has algorithm none': () => `${encode({ alg: 'none', kid: 'test-RS256' })}.${encode(claims())}.`,
  'is an HMAC with the public key as its secret': async () => {
    const secret = await exportSPKI(issuer.keys.RS256.publicKey)
    const signed = `${encode({ alg: 'HS256', kid: 'test-RS256' })}.${encode(claims())}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  },
  'is an HMAC with the key set’s modulus as its secret': () => {
    const secret = issuer.jwks.keys[0]?.n ?? ''
    const signed = `${encode({ alg: 'HS256' })}.${encode(claims())}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  },
  'is signed with RSA under the id of the EC key': () =>
    issuer.sign(claims(), { kid: 'test-ES256' }),
  'is signed by somebody else under the right key id': async () => {
    const { privateKey } = await generateKeyPair('RS256')
    return new SignJWT(claims())
      .setProtectedHeader({ alg: 'RS256', kid: 'test-RS256' })
      .sign(privateKey)
  },
  'brings its own key': async () => {
    const { privateKey } = await generateKeyPair('ES256')
    const jwk = createPublicKey(await exportSPKI(issuer.keys.ES256.publicKey)).export({
      format: 'jwk',
    })
    return new SignJWT(claims())
      .setProtectedHeader({ alg: 'ES256', kid: 'own', jwk: { kty: 'EC', ...jwk } })
      .sign(privateKey)
  },
  'has an unknown key id': () => issuer.sign(claims(), { kid: 'unknown' }),
  'was changed after it was signed': async () => {
    const [header = '', , signature = ''] = (await issuer.sign(claims())).split('.')
    return `${header}.${encode(claims({ repository: 'acme/api' }))}.${signature}`
  },
  'is for another instance': () => issuer.sign(claims({ aud: 'http://other.test' })),
  'is for a longer URL': () => issuer.sign(claims({ aud: `${INSTANCE}/` })),
  'is for others too': () => issuer.sign(claims({ aud: [INSTANCE, 'sts.amazonaws.com'] })),
  'has the audience that GitHub gives by default': () =>
    issuer.sign(claims({ aud: 'https://github.com/acme' })),
  'has the audience of existing clients': () => issuer.sign(claims({ aud: 'chainloop' })),
  'has no audience': () => {
    const { aud: _, ...rest } = claims()
    return issuer.sign(rest)
  },
  'has the issuer as its audience': () => issuer.sign(claims({ aud: issuer.url })),
  'has expired': () => issuer.sign(claims({ iat: seconds() - 600, nbf: 0, exp: seconds() - 60 })),
  'never expires': () => {
    const { exp: _, ...rest } = claims()
    return issuer.sign(rest)
  },
  'lives for a week': () => issuer.sign(claims({ exp: seconds() + 7 * 86_400 })),
  'is not valid yet': () => issuer.sign(claims({ nbf: seconds() + 120 })),
  'is from the future': () => issuer.sign(claims({ iat: seconds() + 3600 })),
  'is old': () => issuer.sign(claims({ iat: seconds() - 2 * 86_400 })),
  'has no subject': () => {
    const { sub: _, ...rest } = claims()
    return issuer.sign(rest)
  },
  'is of another issuer': () => issuer.sign(claims({ iss: 'https://token.example.org' })),
  'is of an issuer that looks like it': () => issuer.sign(claims({ iss: `${issuer.url}/` })),
  'is of another owner with the same names': () =>
    issuer.sign(claims({ repository_owner_id: '666' })),
  'is of another repository of the owner': () => issuer.sign(claims({ repository: 'acme/other' })),
  'lacks the claims of the rule': () => {
    const { repository_owner_id: _, ...rest } = claims()
    return issuer.sign(rest)
  },
  'is huge': () => issuer.sign(claims({ padding: 'x'.repeat(20_000) })),
}

test.each(Object.entries(hostile))('a token that %s is refused', async (_what, token) => {
  const refused = await refusalOf(init(await token()))

  expect(refused.code).toBe(Code.Unauthenticated)
})

test('organizations that are not there and those that trust somebody else are told apart by nobody', async () => {
  await insertOrganization(server.ctx.db, 'stranger')
  const token = await issuer.sign(claims())
  const headers = [
    {},
    { 'chainloop-organization': 'nowhere' },
    { 'chainloop-organization': 'stranger' },
  ]

  const messages = new Set<string>()
  for (const header of headers) {
    const { code, rawMessage } = await refusalOf(init(token, {}, header))
    expect(code).toBe(Code.Unauthenticated)
    messages.add(rawMessage)
  }

  expect(messages.size).toBe(1)
  expect((await init(token)).runToken).not.toBe('')
})

test('who removes a trust rule ends what it let in', async () => {
  await addRule('short', { claims: { repository_id: '99' } })
  const { runToken } = await init(
    await issuer.sign(claims({ repository_owner_id: '1', repository_id: '99' })),
  )
  await server.client(RunService, runToken).renewToken({})

  await server.client(TrustRuleService, server.operator).remove({ name: 'short' })

  const refused = await refusalOf(server.client(RunService, runToken).renewToken({}))
  expect(refused.code).toBe(Code.Unauthenticated)
  const late = await issuer.sign(claims({ repository_owner_id: '1', repository_id: '99' }))
  expect((await refusalOf(init(late))).code).toBe(Code.Unauthenticated)
})

test('a rule may let jobs make their workflow', async () => {
  await addRule('creator', {
    claims: { repository_id: '77' },
    projectName: 'api',
    rights: ['workflow:create'],
  })
  const token = await issuer.sign(claims({ repository_owner_id: '1', repository_id: '77' }))

  const { result } = await init(token, { projectName: 'api', workflowName: 'fresh' })

  expect(result?.workflowRun?.workflow?.name).toBe('fresh')
})

test('keys are fetched once, and stay good while their issuer is down', async () => {
  await init(await issuer.sign(claims()))
  const before = issuer.served()
  issuer.behaviour.down = true

  await init(await issuer.sign(claims()))

  expect(issuer.served()).toBe(before)
  issuer.behaviour.down = false
})
