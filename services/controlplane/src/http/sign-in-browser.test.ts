import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { freePort, startProvider } from '@chainloop/kit/testing/identity-provider'
import { ContextService } from '@chainloop/proto/controlplane/v1/context'
import {
  PollDeviceResponse_State as State,
  SessionService,
} from '@chainloop/proto/sessions/v1/session_service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Browser, chromium, type Page } from 'playwright-core'

import { startTestControlPlane, type TestControlPlane } from '../rpc/testing/start-control-plane.ts'

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const program = process.env['TEST_CHROMIUM'] ?? PROGRAMS.find((path) => existsSync(path))
const maybe = program === undefined ? test.skip : test

const stack = new AsyncDisposableStack()
let server: TestControlPlane
let browser: Browser
let base: string

beforeAll(async () => {
  if (program === undefined) return
  const port = await freePort()
  base = `http://127.0.0.1:${port}`
  const provider = stack.use(await startProvider(`${base}/auth/callback`))
  server = stack.use(
    await startTestControlPlane({
      CONTROLPLANE_HTTP_PORT: String(port),
      CONTROLPLANE_EXTERNAL_URL: base,
      CHAINLOOP_OIDC_ISSUER: provider.issuer,
      CHAINLOOP_OIDC_CLIENT_ID: provider.clientId,
      CHAINLOOP_OIDC_CLIENT_SECRET: provider.clientSecret,
    }),
  )
  browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] })
  stack.defer(() => browser.close())
})

afterAll(() => stack.disposeAsync())

async function signInAt(page: Page, login: string): Promise<void> {
  await page.fill('[name=login]', login)
  await page.fill('[name=password]', 'x')
  await page.click('button[type=submit]')
  await page.click('button[type=submit]')
}

/** Where `CHAINLOOP_SCREENSHOTS` names a folder, what people see is kept there. */
async function keep(page: Page, name: string): Promise<void> {
  const folder = process.env['CHAINLOOP_SCREENSHOTS']
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) })
}

maybe('a browser goes through the sign-in and comes back to the command line', async () => {
  await using listener = await listen()
  const page = await browser.newPage()
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    callback: `${listener.url}/done`,
    state: 'mine',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  })

  await page.goto(`${base}/auth/login?${query.toString()}`)
  await signInAt(page, 'ada')
  await page.waitForURL(`${listener.url}/**`)

  const back = new URL(page.url()).searchParams
  expect(back.get('state')).toBe('mine')
  const { tokens } = await server
    .client(SessionService)
    .exchange({ code: back.get('code') ?? '', codeVerifier: verifier })
  const { result } = await server.client(ContextService, tokens?.accessToken).current({})
  expect(result?.currentUser?.email).toBe('ada@example.com')
  await page.close()
})

maybe('a device is let in on pages that a browser shows without complaint', async () => {
  const device = await server.client(SessionService).startDevice({ clientName: 'build box' })
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    const isOurs = message.location().url.startsWith(base)
    if (isOurs && message.type() === 'error') complaints.push(message.text())
  })

  await page.goto(device.verificationUriComplete)
  await keep(page, 'code')
  await page.click('text=Continue')
  await signInAt(page, 'ada')
  await page.waitForSelector('text=build box')
  expect(await page.textContent('code')).toBe(device.userCode)
  await keep(page, 'question')
  await page.click('text=Allow')
  await page.waitForSelector('text=The device is signed in')
  await keep(page, 'done')

  const { deviceCode } = device
  const { state } = await server.client(SessionService).pollDevice({ deviceCode })
  expect(state).toBe(State.APPROVED)
  expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([])
  await page.close()
})

async function listen(): Promise<{ readonly url: string } & AsyncDisposable> {
  const listener = createServer((_req, res) => res.end('done'))
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      listener.closeAllConnections()
      listener.close()
      await once(listener, 'close')
    },
  }
}
