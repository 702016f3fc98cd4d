import { setTimeout as sleep } from 'node:timers/promises'

import { PollDeviceResponse_State as State } from '@chainloop/proto/sessions/v1/session_service'

import type { Client } from '../client.ts'
import { type SessionTokens, toSessionTokens } from './session-tokens.ts'

export interface DeviceSignIn {
  readonly client: Pick<Client, 'sessions'>
  /** What the person is shown before allowing it. */
  readonly clientName: string
  /** Has to tell the person where to go and what to enter. */
  readonly show: (code: {
    readonly userCode: string
    readonly url: string
    readonly completeUrl: string
  }) => void
  readonly signal: AbortSignal
}

/** Why a device was not signed in. */
export class DeviceRefused extends Error {
  override readonly name = 'DeviceRefused'
}

/** Sign-in with a browser elsewhere (RFC 8628). Throws `DeviceRefused`. */
export async function signInByDevice({
  client,
  clientName,
  show,
  signal,
}: DeviceSignIn): Promise<SessionTokens> {
  const started = await client.sessions.startDevice({ clientName })
  show({
    userCode: started.userCode,
    url: started.verificationUri,
    completeUrl: started.verificationUriComplete,
  })
  let intervalSeconds = started.intervalSeconds
  for (;;) {
    await sleep(intervalSeconds * 1000, undefined, { signal })
    const { state, tokens } = await client.sessions.pollDevice({ deviceCode: started.deviceCode })
    switch (state) {
      case State.PENDING:
        break
      case State.SLOW_DOWN:
        intervalSeconds += 5
        break
      case State.APPROVED:
        return toSessionTokens(tokens)
      case State.DENIED:
        throw new DeviceRefused('the sign-in was denied')
      default:
        throw new DeviceRefused('the code has expired before anybody entered it')
    }
  }
}
