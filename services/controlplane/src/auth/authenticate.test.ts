import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { tokenSigner } from '@chainloop/kit/tokens'
import { afterAll, beforeAll, test } from '@jest/globals'
import { SignJWT } from 'jose'

import * as apiTokens from '../api-tokens/api-token-repo.ts'
import { signApiToken } from '../api-tokens/sign-api-token.ts'
import type { TokenKeys } from '../keys/token-keys.ts'
import { suspendOrganization } from '../organizations/suspend-organization.ts'
import { insertRun } from '../testing/insert-run.ts'
import { insertOrganization, openWorld, testTokenKeys } from '../testing/world.ts'
import type { Actor } from './actor.ts'
import { authenticate } from './authenticate.ts'
import { AUDIENCE, createTokens, type Tokens } from './tokens.ts'

const ISSUER = 'chainloop-test'

let world: Awaited<ReturnType<typeof openWorld>>
let keys: TokenKeys
let tokens: Tokens

beforeAll(async () => {
  world = await openWorld()
  keys = await testTokenKeys()
  tokens = createTokens(keys, ISSUER)
})

afterAll(async () => world[Symbol.asyncDispose]())

let count = 0

async function newToken(change: { expiresAt?: Date } = {}) {
  count += 1
  const token = await apiTokens.insert(world.db, {
    organizationId: world.organization.id,
    projectId: undefined,
    name: `viewer-${count}`,
    description: '',
    role: 'viewer',
    rights: [],
    createdBy: 'test',
    expiresAt: change.expiresAt,
  })
  if (!token) throw new Error('not inserted')
  return token
}

async function jwtOf(token: { id: string }): Promise<string> {
  const { id: organizationId, name: organizationName } = world.organization
  return signApiToken({ db: world.db, tokens }, { organizationId, organizationName }, token)
}

function login(token: string, organization?: string): Promise<Actor> {
  return authenticate(
    { db: world.db, tokens, config: { signInAllow: [], instanceAdmins: [] } },
    { token, organization },
  )
}

const claims = (token: { id: string }) => ({
  jti: token.id,
  org_id: world.organization.id,
  iss: ISSUER,
  aud: AUDIENCE.apiToken,
})

test('a token stands for its organization, role and rights', async () => {
  const token = await newToken()

  const actor = await login(await jwtOf(token), 'acme')

  expect(actor).toMatchObject({
    kind: 'api_token',
    id: token.id,
    organizationName: 'acme',
    role: 'viewer',
  })
  expect(actor.can('workflow:read')).toBe(true)
  expect(actor.can('workflow:create')).toBe(false)
})

test('no token is nobody', async () => {
  const actor = await authenticate(
    { db: world.db, tokens, config: { signInAllow: [], instanceAdmins: [] } },
    { token: undefined, organization: undefined },
  )

  expect(actor.kind).toBe('anonymous')
})

test("the organization header has to name the token's organization", async () => {
  await insertOrganization(world.db, 'other')

  await expect(login(await jwtOf(await newToken()), 'other')).toFailWith(
    'unauthenticated',
    /organization other/,
  )
})

test('a revoked token ends with the next request', async () => {
  const token = await newToken()
  const jwt = await jwtOf(token)
  await login(jwt)

  await apiTokens.revoke(world.db, { id: token.id, organizationId: world.organization.id })

  await expect(login(jwt)).toFailWith('unauthenticated', /revoked/)
})

test('the database ends a token too, whatever the token itself says', async () => {
  const token = await newToken({ expiresAt: new Date(Date.now() - 1000) })
  const jwt = await tokens.sign(
    { jti: token.id, org_id: world.organization.id },
    { audience: AUDIENCE.apiToken },
  )

  await expect(login(jwt)).toFailWith('unauthenticated', /expired/)
})

test('the last use is remembered, and not written again by the next request', async () => {
  const token = await newToken()
  const jwt = await jwtOf(token)
  const find = { id: token.id, organizationId: world.organization.id }

  await login(jwt)
  const first = await apiTokens.find(world.db, find)
  await login(jwt)
  const second = await apiTokens.find(world.db, find)

  expect(Date.now() - (first?.lastUsedAt?.getTime() ?? 0)).toBeLessThan(60_000)
  expect(second?.lastUsedAt).toEqual(first?.lastUsedAt)
})

test('a suspended organization is told so, until it is resumed', async () => {
  const { id, name } = await insertOrganization(world.db, 'late')
  const token = await apiTokens.insert(world.db, {
    organizationId: id,
    projectId: undefined,
    name: 'x',
    description: '',
    role: 'viewer',
    rights: [],
    createdBy: 'test',
    expiresAt: undefined,
  })
  const jwt = await signApiToken(
    { db: world.db, tokens },
    { organizationId: id, organizationName: name },
    token ?? { id: '' },
  )
  await suspendOrganization(world, { name, suspended: true })
  await expect(login(jwt)).toFailWith('forbidden', /suspended/)

  await suspendOrganization(world, { name, suspended: false })
  expect(await login(jwt)).toMatchObject({ organizationName: name })
  await expect(suspendOrganization(world, { name: 'nobody', suspended: true })).toFailWith(
    'not_found',
  )
})

test('a token of a deleted organization is nothing', async () => {
  const { id, name } = await insertOrganization(world.db, 'gone')
  const token = await apiTokens.insert(world.db, {
    organizationId: id,
    projectId: undefined,
    name: 'x',
    description: '',
    role: 'operator',
    rights: [],
    createdBy: 'test',
    expiresAt: undefined,
  })
  const jwt = await signApiToken(
    { db: world.db, tokens },
    { organizationId: id, organizationName: name },
    token ?? { id: '' },
  )
  await world.db
    .updateTable('organizations')
    .set({ deleted_at: new Date() })
    .where('id', '=', id)
    .execute()

  await expect(login(jwt)).toFailWith('unauthenticated')
})

test('a run token is good for its open run, and afterwards only for what a closed run still answers', async () => {
  const run = await insertRun({ db: world.db, tokens }, { organizationName: 'acme' })

  const open = await login(run.token)
  expect(open.can('run:continue', { projectId: run.projectId, runId: run.id })).toBe(true)
  expect(open.can('run:continue', { projectId: run.projectId, runId: randomUUID() })).toBe(false)
  expect(open.can('run:attest', { projectId: run.projectId, runId: run.id })).toBe(false)

  await world.db.updateTable('runs').set({ state: 'success' }).where('id', '=', run.id).execute()
  const closed = await login(run.token)
  expect([...closed.rights]).toEqual(['run:continue', 'run:store'])
})

test.each(['error', 'expired', 'canceled'] as const)(
  'the token of a run that ended as %s is refused',
  async (state) => {
    const run = await insertRun({ db: world.db, tokens }, { organizationName: 'acme', state })

    await expect(login(run.token)).toFailWith('unauthenticated', /closed/)
  },
)

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const forgeries: Record<string, (token: { id: string }) => Promise<string> | string> = {
  'has algorithm none': (token) =>
    `${encode({ alg: 'none', kid: keys.kid })}.${encode(claims(token))}.`,
  'has algorithm none and keeps a signature': async (token) =>
    `${encode({ alg: 'none', kid: keys.kid })}.${encode(claims(token))}.${(await jwtOf(token)).split('.')[2]}`,
  'is an HMAC with our public key as its secret': (token) => {
    const secret = createPublicKey(keys.key).export({ type: 'spki', format: 'pem' })
    const signed = `${encode({ alg: 'HS256', kid: keys.kid })}.${encode(claims(token))}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  },
  'is signed with RSA under our key id': (token) =>
    new SignJWT(claims(token))
      .setProtectedHeader({ alg: 'RS256', kid: keys.kid })
      .sign(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  'brings its own key in the header': async (token) => {
    const own = await testTokenKeys()
    const jwk = own.jwks.keys[0]
    return new SignJWT(claims(token))
      .setProtectedHeader({ alg: 'ES256', kid: keys.kid, ...(jwk ? { jwk } : {}) })
      .sign(own.key)
  },
  'is signed by another instance under its own key id': async (token) => {
    const own = await testTokenKeys()
    return tokenSigner({ key: own.key, kid: own.kid, issuer: ISSUER }).sign(claims(token), {
      audience: AUDIENCE.apiToken,
    })
  },
  'is signed by another instance under our key id': async (token) => {
    const own = await testTokenKeys()
    return tokenSigner({ key: own.key, kid: keys.kid, issuer: ISSUER }).sign(claims(token), {
      audience: AUDIENCE.apiToken,
    })
  },
  'names another issuer': (token) =>
    tokenSigner({ key: keys.key, kid: keys.kid, issuer: 'elsewhere' }).sign(claims(token), {
      audience: AUDIENCE.apiToken,
    }),
  'is for the artifact CAS': (token) =>
    tokens.sign(claims(token), { audience: AUDIENCE.transfer, expiresInSeconds: 30 }),
  'is for several audiences': (token) =>
    new SignJWT({ ...claims(token), aud: [AUDIENCE.apiToken, AUDIENCE.run] })
      .setProtectedHeader({ alg: 'ES256', kid: keys.kid })
      .sign(keys.key),
  'is a run token that names an API token': (token) =>
    tokens.sign(
      { ...claims(token), sub: token.id },
      { audience: AUDIENCE.run, expiresInSeconds: 30 },
    ),
  'is not valid yet': (token) =>
    new SignJWT(claims(token))
      .setProtectedHeader({ alg: 'ES256', kid: keys.kid })
      .setNotBefore('1h')
      .sign(keys.key),
  'has expired': (token) =>
    new SignJWT(claims(token))
      .setProtectedHeader({ alg: 'ES256', kid: keys.kid })
      .setExpirationTime(new Date(Date.now() - 60_000))
      .sign(keys.key),
  'has a changed claim': async (token) => {
    const [header, , signature] = (await jwtOf(token)).split('.')
    return `${header}.${encode({ ...claims(token), org_id: randomUUID() })}.${signature}`
  },
  'names another organization': (token) =>
    tokens.sign({ ...claims(token), org_id: randomUUID() }, { audience: AUDIENCE.apiToken }),
  'has no id': () =>
    tokens.sign({ jti: '', org_id: world.organization.id }, { audience: AUDIENCE.apiToken }),
  'has an id that is SQL': () =>
    tokens.sign(
      { jti: "' or 1=1 --", org_id: world.organization.id },
      { audience: AUDIENCE.apiToken },
    ),
  'has an id that is an object': () =>
    tokens.sign(
      { jti: { $ne: '' }, org_id: world.organization.id },
      { audience: AUDIENCE.apiToken },
    ),
  'is unknown to the database': () =>
    tokens.sign(
      { jti: randomUUID(), org_id: world.organization.id },
      { audience: AUDIENCE.apiToken },
    ),
  'is a megabyte long': (token) =>
    tokens.sign(
      { ...claims(token), padding: 'x'.repeat(1 << 20) },
      { audience: AUDIENCE.apiToken },
    ),
  'demands an unknown extension': (token) => {
    const header = encode({ alg: 'ES256', kid: keys.kid, crit: ['x'], x: true })
    const signed = `${header}.${encode(claims(token))}`
    const key = { key: keys.key, dsaEncoding: 'ieee-p1363' as const }
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
  },
  'is empty': () => '',
  'is one word': () => 'operator',
  'is three dots': () => '...',
  'is not JSON': () => `${encode({ alg: 'ES256' })}.${Buffer.from('{').toString('base64url')}.x`,
}

test.each(Object.entries(forgeries))('a token that %s is refused', async (_what, forge) => {
  const forged = await forge(await newToken())

  await expect(login(forged)).toFailWith('unauthenticated')
})
