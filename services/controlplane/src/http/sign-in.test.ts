import { createHash, randomBytes } from 'node:crypto'

import {
  freePort,
  startProvider,
  type TestProvider,
} from '@chainloop/kit/testing/identity-provider'
import { createBrowser, signInAs, type TestBrowser } from '@chainloop/kit/testing/test-browser'
import { AuthService } from '@chainloop/proto/controlplane/v1/auth'
import { ContextService } from '@chainloop/proto/controlplane/v1/context'
import {
  PollDeviceResponse_State as State,
  SessionService,
  type Tokens,
} from '@chainloop/proto/sessions/v1/session_service'
import { Code } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { startTestControlPlane, type TestControlPlane } from '../rpc/testing/start-control-plane.ts'

let server: TestControlPlane
let provider: TestProvider
let base: string

beforeAll(async () => {
  const port = await freePort()
  base = `http://127.0.0.1:${port}`
  provider = await startProvider(`${base}/auth/callback`)
  server = await startTestControlPlane({
    CONTROLPLANE_HTTP_PORT: String(port),
    CONTROLPLANE_EXTERNAL_URL: base,
    CHAINLOOP_OIDC_ISSUER: provider.issuer,
    CHAINLOOP_OIDC_CLIENT_ID: provider.clientId,
    CHAINLOOP_OIDC_CLIENT_SECRET: provider.clientSecret,
    CHAINLOOP_FIRST_OWNER: 'Olga@example.com',
    CHAINLOOP_SIGN_IN_ALLOW: '@example.com,guest@elsewhere.example',
  })
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

const CALLBACK = 'http://127.0.0.1:9/done'

function newBrowser(): TestBrowser {
  return createBrowser((url) => url.href.startsWith(CALLBACK))
}

function begin(change: Readonly<Record<string, string>> = {}) {
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    callback: CALLBACK,
    state: 'state-of-the-command-line',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    client: 'laptop',
    ...change,
  })
  return { verifier, url: `${base}/auth/login?${query.toString()}` }
}

async function tokensOf(login: string): Promise<Tokens> {
  const { verifier, url } = begin()
  const back = await signInAs(newBrowser(), login, url)
  const code = back.url.searchParams.get('code') ?? ''
  const { tokens } = await sessions().exchange({ code, codeVerifier: verifier })
  if (!tokens) throw new Error(`no tokens: ${back.text}`)
  return tokens
}

const sessions = (token?: string) => server.client(SessionService, token)
const whoAmI = (token: string) => server.client(ContextService, token).current({})

test('a person signs in through the provider, and the command line gets a session', async () => {
  const { verifier, url } = begin()
  const back = await signInAs(newBrowser(), 'olga', url)

  expect(back.url.searchParams.get('state')).toBe('state-of-the-command-line')
  const code = back.url.searchParams.get('code') ?? ''
  const { tokens } = await sessions().exchange({ code, codeVerifier: verifier })
  const { result } = await whoAmI(tokens?.accessToken ?? '')
  expect(result).toMatchObject({
    currentUser: { email: 'olga@example.com', firstName: 'olga', lastName: 'Tester' },
    currentMembership: { org: { name: 'default' }, role: 3 },
  })
  await expect(sessions().exchange({ code, codeVerifier: verifier })).rejects.toMatchObject({
    code: Code.InvalidArgument,
  })
})

test('a code is good with its own verifier only, and is used up by another', async () => {
  const { verifier, url } = begin()
  const back = await signInAs(newBrowser(), 'olga', url)
  const code = back.url.searchParams.get('code') ?? ''
  const other = randomBytes(32).toString('base64url')

  for (const codeVerifier of [other, verifier]) {
    await expect(sessions().exchange({ code, codeVerifier })).rejects.toMatchObject({
      code: Code.InvalidArgument,
    })
  }
})

test.each([
  'https://evil.example/',
  'http://evil.example/',
  'http://127.0.0.1.evil.example/',
  'http://127.0.0.1@evil.example/',
  'http://127.0.0.1:80@evil.example/',
  String.raw`http:\\evil.example/`,
  String.raw`http://127.0.0.1\@evil.example/`,
  '//evil.example/',
  '/auth/device',
  'javascript:alert(1)',
  'http://127.0.0.1:9',
  'http://127.0.0.1:9/?code=x',
  'http://127.0.0.1:9/#x',
  'HTTP://127.0.0.1:9/',
  '',
])('the browser is sent nowhere but to this machine: not to %s', async (callback) => {
  const page = await newBrowser().open(begin({ callback }).url)

  expect(page).toMatchObject({
    status: 400,
    url: expect.objectContaining({ pathname: '/auth/login' }) as unknown,
  })
  expect(page.headers.get('location')).toBeNull()
})

test.each([{ code_challenge: '' }, { code_challenge: 'plain' }, { state: '' }, { state: '<x>' }])(
  'a sign-in without PKCE or state is not begun: %j',
  async (change) => {
    expect((await newBrowser().open(begin(change).url)).status).toBe(400)
  },
)

test('who is lured into a sign-in that somebody else began gets nothing', async () => {
  const attacker = createBrowser((url) => url.pathname === '/auth/callback')
  const half = await signInAs(attacker, 'mallory', begin().url)
  const victim = newBrowser()

  expect(half.url.searchParams.get('code')).toBeTruthy()
  expect((await victim.open(half.url.href)).status).toBe(400)
  await victim.open(begin().url)
  const mixed = await victim.open(half.url.href)
  expect(mixed.status).toBe(401)
  expect(mixed.text).not.toContain('mallory')
})

test('coming back twice is refused the second time', async () => {
  const browser = createBrowser(
    (url) => url.pathname === '/auth/callback' || url.href.startsWith(CALLBACK),
  )
  const half = await signInAs(browser, 'olga', begin().url)

  expect((await browser.open(half.url.href)).url.href).toMatch(CALLBACK)
  expect((await browser.open(half.url.href)).status).toBe(400)
})

test('what the provider says of an error is shown as text, and only to who began', async () => {
  const browser = createBrowser((url) => url.host === new URL(provider.issuer).host)
  const asked = await browser.open(begin().url)
  const state = asked.url.searchParams.get('state') ?? ''
  const error = new URLSearchParams({
    error: 'access_denied',
    error_description: '<script>alert(1)</script>',
    state,
  })
  const page = await browser.open(`${base}/auth/callback?${error.toString()}`)

  expect(page.status).toBe(401)
  expect(page.text).toContain('&lt;script&gt;')
  expect(page.text).not.toContain('<script>')
  expect(page.headers.get('content-security-policy')).toMatch(
    /default-src 'none'.*frame-ancestors 'none'/,
  )
  expect(page.headers.get('cache-control')).toBe('no-store')
})

test.each([
  ['unverified', { email_verified: false }],
  ['unsaid', { email_verified: undefined }],
  ['stranger', { email: 'stranger@elsewhere.example' }],
  ['nameless', { email: undefined }],
  ['two', { email: 'a@example.com,b@example.com' }],
  ['usurper', { email: 'olga@example.com' }],
])('%s is not let in', async (login, claims) => {
  await tokensOf('olga')
  provider.accounts.set(login, claims)
  const page = await signInAs(newBrowser(), login, begin().url)

  expect([400, 403]).toContain(page.status)
  const rows = await server.ctx.db.selectFrom('users').select('email').execute()
  expect(rows.map(({ email }) => email).filter((email) => email.includes(login))).toEqual([])
})

test('who is on the list by address is let in', async () => {
  provider.accounts.set('guest', { email: 'Guest@Elsewhere.example', email_verified: true })
  const { result } = await whoAmI((await tokensOf('guest')).accessToken)

  expect(result?.currentUser?.email).toBe('guest@elsewhere.example')
  expect(result?.currentMembership).toBeUndefined()
})

test('a refresh token is good once; a lost answer is given again for half a minute', async () => {
  const first = await tokensOf('olga')
  const second = (await sessions().refresh({ refreshToken: first.refreshToken })).tokens
  const again = (await sessions().refresh({ refreshToken: first.refreshToken })).tokens
  const third = (await sessions().refresh({ refreshToken: second?.refreshToken ?? '' })).tokens

  expect((await whoAmI(third?.accessToken ?? '')).result?.currentUser?.email).toBe(
    'olga@example.com',
  )
  expect(again).toBeDefined()
  await expect(sessions().refresh({ refreshToken: first.refreshToken })).rejects.toMatchObject({
    code: Code.Unauthenticated,
  })
  for (const token of [first, second, third].map((one) => one?.accessToken ?? '')) {
    await expect(whoAmI(token)).rejects.toMatchObject({ code: Code.Unauthenticated })
  }
})

test('signing out ends the session with the next request; the others stay', async () => {
  const [one, other] = [await tokensOf('olga'), await tokensOf('olga')]
  const listed = await sessions(one.accessToken).list({})
  expect(listed.sessions.filter(({ current }) => current)).toHaveLength(1)
  expect(listed.sessions[0]).toMatchObject({ clientName: 'laptop' })

  await sessions(one.accessToken).revoke({})

  await expect(whoAmI(one.accessToken)).rejects.toMatchObject({ code: Code.Unauthenticated })
  await expect(sessions().refresh({ refreshToken: one.refreshToken })).rejects.toMatchObject({
    code: Code.Unauthenticated,
  })
  await whoAmI(other.accessToken)
})

test("nobody ends another person's session", async () => {
  const [olga, pete] = [await tokensOf('olga'), await tokensOf('pete')]
  const { sessions: listed } = await sessions(olga.accessToken).list({})
  const id = listed.find(({ current }) => current)?.id ?? ''

  await expect(sessions(pete.accessToken).revoke({ id })).rejects.toMatchObject({
    code: Code.NotFound,
  })
  await whoAmI(olga.accessToken)
})

test('access and refresh tokens are not each other', async () => {
  const { accessToken, refreshToken } = await tokensOf('olga')

  await expect(whoAmI(refreshToken)).rejects.toMatchObject({ code: Code.Unauthenticated })
  await expect(sessions().refresh({ refreshToken: accessToken })).rejects.toMatchObject({
    code: Code.Unauthenticated,
  })
})

async function askDevice(login: string) {
  const started = await sessions().startDevice({ clientName: '<b>build box</b>' })
  const poll = () => sessions().pollDevice({ deviceCode: started.deviceCode })
  const browser = newBrowser()
  const form = await browser.open(started.verificationUriComplete)
  expect(form.text).toContain(started.userCode)
  const question = await signInAs(
    browser,
    login,
    `${base}/auth/login?user_code=${started.userCode.toLowerCase()}`,
  )
  return { started, poll, browser, question }
}

test('a device without a browser is signed in from another one', async () => {
  const { poll, browser, question } = await askDevice('olga')
  expect(question.text).toContain('&lt;b&gt;build box&lt;/b&gt;')
  expect((await poll()).state).toBe(State.PENDING)
  expect((await poll()).state).toBe(State.SLOW_DOWN)

  expect((await browser.submit(question, { decision: 'allow' })).status).toBe(200)

  const { state, tokens } = await poll()
  expect(state).toBe(State.APPROVED)
  await whoAmI(tokens?.accessToken ?? '')
  expect((await poll()).state).toBe(State.EXPIRED)
})

test('a device is denied by anything but a clear yes, and stays so', async () => {
  const { poll, browser, question } = await askDevice('olga')

  await browser.submit(question, { decision: 'perhaps' })

  expect((await poll()).state).toBe(State.DENIED)
  expect((await browser.submit(question, { decision: 'allow' })).status).toBe(400)
})

test('the yes has to come from the browser that was asked', async () => {
  const { poll, question } = await askDevice('olga')
  const other = newBrowser()

  expect((await other.submit(question, { decision: 'allow' })).status).toBe(400)
  expect((await poll()).state).toBe(State.PENDING)
})

test('a device code that nobody knows, or that has expired, says so', async () => {
  const { started, poll, browser, question } = await askDevice('olga')
  await server.ctx.db
    .updateTable('sign_ins')
    .set({ expires_at: new Date(0) })
    .execute()

  expect((await poll()).state).toBe(State.EXPIRED)
  expect((await browser.submit(question, { decision: 'allow' })).status).toBe(400)
  expect((await sessions().pollDevice({ deviceCode: 'x' })).state).toBe(State.EXPIRED)
  const late = await signInAs(browser, 'olga', `${base}/auth/login?user_code=${started.userCode}`)
  expect(late.status).toBe(404)
})

test('an account that is gone is gone with its sessions', async () => {
  const { accessToken } = await tokensOf('quentin')

  await server.client(AuthService, accessToken).deleteAccount({})

  await expect(whoAmI(accessToken)).rejects.toMatchObject({ code: Code.Unauthenticated })
})
