import { createHmac, createPublicKey, randomUUID } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { tokenSigner } from '@chainloop/kit/tokens'
import { afterAll, beforeAll, test } from '@jest/globals'
import { SignJWT } from 'jose'

import type { TokenKeys } from '../keys/token-keys.ts'
import * as memberships from '../memberships/membership-repo.ts'
import * as sessions from '../sessions/session-repo.ts'
import { signSession } from '../sessions/session-tokens.ts'
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

function login(token: string, organization?: string): Promise<Actor> {
  const config = { signInAllow: [], instanceAdmins: [] }
  return authenticate({ db: world.db, tokens, config }, { token, organization })
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A session of somebody who is an admin of `acme`. */
async function newSession() {
  count += 1
  const user = await world.db
    .insertInto('users')
    .values({ email: `person-${count}@acme.example` })
    .returning('id')
    .executeTakeFirstOrThrow()
  const organizationId = world.organization.id
  await memberships.insert(world.db, { organizationId, userId: user.id, role: 'admin' })
  const end = new Date(Date.now() + 3_600_000)
  const session = await sessions.insert(world.db, {
    userId: user.id,
    clientName: '',
    refreshUntil: end,
    expiresAt: end,
  })
  return { ...session, tokens: await signSession(tokens, session) }
}

test('a session stands for a person, in the organization that is named, or the current one', async () => {
  const { userId, tokens: signed } = await newSession()
  const actor = await login(signed.accessToken, 'acme')

  expect(actor).toMatchObject({ kind: 'user', id: userId, organizationName: 'acme', role: 'admin' })
  expect((await login(signed.accessToken)).organizationName).toBe('acme')
})

test('an organization of others and one that is not there are refused alike', async () => {
  const { tokens: signed } = await newSession()
  await insertOrganization(world.db, 'theirs')
  const tell = (name: string) => login(signed.accessToken, name).catch((cause: unknown) => cause)
  const [theirs, missing] = [await tell('theirs'), await tell('missing')]

  expect(theirs).toMatchObject({ code: 'forbidden', message: (missing as Error).message })
  expect(missing).toMatchObject({ reason: 'USER_NOT_MEMBER_OF_ORG_ERROR_NOT_IN_ORG' })
})

test('whoever is taken off the list of people is out with the next request', async () => {
  const { tokens: signed } = await newSession()
  const attempt = (signInAllow: string[]) =>
    authenticate(
      { db: world.db, tokens, config: { signInAllow, instanceAdmins: [] } },
      { token: signed.accessToken, organization: undefined },
    )

  await attempt(['@ACME.example'])
  await expect(attempt(['@other.example'])).toFailWith('forbidden')
})

const forgedSessions: Record<
  string,
  (session: Awaited<ReturnType<typeof newSession>>) => Promise<string> | string
> = {
  'has algorithm none': ({ id, userId }) =>
    `${encode({ alg: 'none', kid: keys.kid })}.${encode({ ...personal(id, userId) })}.`,
  'is an HMAC with our public key as its secret': ({ id, userId }) => {
    const secret = createPublicKey(keys.key).export({ type: 'spki', format: 'pem' })
    const signed = `${encode({ alg: 'HS256', kid: keys.kid })}.${encode(personal(id, userId))}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  },
  'is signed by another instance under our key id': async ({ id, userId }) => {
    const other = await testTokenKeys()
    return tokenSigner({ key: other.key, kid: keys.kid, issuer: ISSUER }).sign(
      personal(id, userId),
      { audience: AUDIENCE.user },
    )
  },
  'names another issuer': ({ id, userId }) =>
    tokenSigner({ key: keys.key, kid: keys.kid, issuer: 'elsewhere' }).sign(personal(id, userId), {
      audience: AUDIENCE.user,
    }),
  'has expired': ({ id, userId }) =>
    new SignJWT(personal(id, userId))
      .setProtectedHeader({ alg: 'ES256', kid: keys.kid })
      .setExpirationTime(new Date(Date.now() - 60_000))
      .sign(keys.key),
  'is not valid yet': ({ id, userId }) =>
    new SignJWT(personal(id, userId))
      .setProtectedHeader({ alg: 'ES256', kid: keys.kid })
      .setNotBefore('1h')
      .sign(keys.key),
  'is a refresh token': ({ tokens: { refreshToken } }) => refreshToken,
  'is for API tokens': ({ id, userId }) =>
    tokens.sign(
      { jti: id, user_id: userId, org_id: world.organization.id },
      { audience: AUDIENCE.apiToken },
    ),
  "names another person's session": async ({ userId }) =>
    tokens.sign({ jti: (await newSession()).id, user_id: userId }, { audience: AUDIENCE.user }),
  'names no session': ({ userId }) =>
    tokens.sign({ jti: randomUUID(), user_id: userId }, { audience: AUDIENCE.user }),
  'names a session that is SQL': ({ userId }) =>
    tokens.sign({ jti: "' or 1=1 --", user_id: userId }, { audience: AUDIENCE.user }),
  'is huge': ({ id, userId }) =>
    tokens.sign(
      { jti: id, user_id: userId, padding: 'x'.repeat(20_000) },
      { audience: AUDIENCE.user },
    ),
}

function personal(id: string, userId: string) {
  return { jti: id, user_id: userId, iss: ISSUER, aud: AUDIENCE.user }
}

test.each(Object.entries(forgedSessions))(
  'a session token that %s is refused',
  async (_, forge) => {
    const session = await newSession()
    await login(session.tokens.accessToken)

    await expect(login(await forge(session))).toFailWith('unauthenticated')
  },
)
