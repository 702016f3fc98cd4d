import { createHash } from 'node:crypto'

import { PollDeviceResponse_State as State } from '@chainloop/proto/sessions/v1/session_service'
import { SessionService } from '@chainloop/proto/sessions/v1/session_service'
import {
  Code,
  ConnectError,
  createClient,
  createRouterTransport,
  type ServiceImpl,
} from '@connectrpc/connect'
import { expect, test } from '@jest/globals'

import { signInByBrowser } from './by-browser.ts'
import { DeviceRefused, signInByDevice } from './by-device.ts'
import { isEnding, refreshSession } from './session-tokens.ts'

const TOKENS = { accessToken: 'access', refreshToken: 'refresh' }
const KEPT = { token: 'access', refreshToken: 'refresh' }

function clientOf(service: Partial<ServiceImpl<typeof SessionService>>) {
  const transport = createRouterTransport((router) => {
    router.service(SessionService, service)
  })
  return { sessions: createClient(SessionService, transport) }
}

const signal = AbortSignal.timeout(20_000)

test('the code that the browser brings is exchanged with the verifier of the challenge', async () => {
  const seen: { address?: URL; verifier?: string } = {}
  const client = clientOf({
    exchange: ({ code, codeVerifier }) => {
      seen.verifier = codeVerifier
      return code === 'good' ? { tokens: TOKENS } : {}
    },
  })
  const answers: number[] = []
  const open = async (address: string): Promise<void> => {
    seen.address = new URL(address)
    const { callback = '', state = '' } = Object.fromEntries(seen.address.searchParams)
    for (const query of [
      'code=bad',
      `code=bad&state=other`,
      `state=${state}`,
      `code=good&state=${state}`,
    ]) {
      answers.push((await fetch(`${callback}?${query}`)).status)
    }
  }

  const kept = await signInByBrowser({
    client,
    loginUrl: 'https://cp.example/auth/login',
    clientName: 'laptop',
    open,
    signal,
  })

  expect(kept).toEqual(KEPT)
  expect(answers).toEqual([404, 404, 404, 200])
  expect(seen.address?.searchParams.get('callback')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//)
  expect(seen.address?.searchParams.get('code_challenge')).toBe(
    createHash('sha256')
      .update(seen.verifier ?? '')
      .digest('base64url'),
  )
})

function deviceClient(states: State[]) {
  return clientOf({
    startDevice: () => ({ deviceCode: 'secret', userCode: 'BCDF-GHJK', intervalSeconds: 0 }),
    pollDevice: ({ deviceCode }) => {
      const state = deviceCode === 'secret' ? (states.shift() ?? State.EXPIRED) : State.EXPIRED
      return { state, ...(state === State.APPROVED ? { tokens: TOKENS } : {}) }
    },
  })
}

test('a device asks until somebody has decided', async () => {
  const shown: string[] = []
  const show = ({ userCode }: { readonly userCode: string }): void => {
    shown.push(userCode)
  }
  const wish = { clientName: 'box', show, signal }

  const client = deviceClient([State.PENDING, State.PENDING, State.APPROVED])
  expect(await signInByDevice({ ...wish, client })).toEqual(KEPT)
  expect(shown).toEqual(['BCDF-GHJK'])
  for (const state of [State.DENIED, State.EXPIRED, State.UNSPECIFIED]) {
    await expect(signInByDevice({ ...wish, client: deviceClient([state]) })).rejects.toThrow(
      DeviceRefused,
    )
  }
})

test('a session that is over is told from a server that does not answer', async () => {
  const failing = (code: Code) =>
    clientOf({
      refresh: () => {
        throw new ConnectError('no', code)
      },
    })

  expect(await refreshSession(failing(Code.Unauthenticated), 'x')).toBeUndefined()
  await expect(refreshSession(failing(Code.Unavailable), 'x')).rejects.toMatchObject({
    code: Code.Unavailable,
  })
  expect(await refreshSession(clientOf({ refresh: () => ({ tokens: TOKENS }) }), 'x')).toEqual(KEPT)
})

test('a token is about to end half a minute before it does', () => {
  const tokenEndingIn = (seconds: number): string => {
    const claims = { exp: Math.floor(Date.now() / 1000) + seconds }
    return `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
  }

  expect(isEnding(tokenEndingIn(10))).toBe(true)
  expect(isEnding(tokenEndingIn(120))).toBe(false)
  expect(isEnding('not a token')).toBe(false)
})
