import { hostname } from 'node:os'

import type { Client } from '@chainloop/sdk/client'
import type { SessionTokens } from '@chainloop/sdk/sign-in/session-tokens'

import { defineCommand } from '../../core/command.ts'
import { Refused } from '../../core/exit.ts'
import { isRemote, openBrowser } from '../../core/open-browser.ts'
import type { Session } from '../../core/session.ts'
import { keepSession } from '../../core/signed-in.ts'
import { text } from '../../core/view.ts'

const PATIENCE_MS = 10 * 60_000

export const authLogin = defineCommand({
  name: 'auth login',
  summary: 'Sign in with the identity provider of the installation',
  details:
    'Opens a browser. Without one, or over SSH, it shows a code to be entered in a browser elsewhere. The session is kept in the config file, which only you can read.',
  options: {
    skipBrowser: { type: 'boolean', help: 'show a code instead of opening a browser' },
  },

  async run(session, { skipBrowser = false }) {
    const client = await session.client({ anonymous: true })
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const tokens =
      skipBrowser || isRemote(session.io)
        ? await byDevice(session, client, signal)
        : await byBrowser(session, client, signal)
    const { configPath, token } = session.settings
    await keepSession(configPath, tokens)
    if (token.source === 'environment') {
      session.io.warn('CHAINLOOP_TOKEN is set and will be used instead of this session')
    }
    return { ...(await whoAmI(client.withToken(tokens.token))), keptIn: configPath }
  },

  view: ({ email, organization }) => [
    text(
      organization === ''
        ? 'signed in; you are in no organization yet'
        : `signed in as ${email}, working in ${organization}`,
    ),
  ],
})

/** Whatever organization the settings name: that may be somebody else's. */
async function whoAmI(client: Client): Promise<{ email: string; organization: string }> {
  const { toMembership } = await import('@chainloop/sdk/model/people')
  const memberships = (await client.memberships.listMemberships({})).result.map(toMembership)
  const current = memberships.find((one) => one.current)
  return { email: current?.email ?? '', organization: current?.organization ?? '' }
}

async function byBrowser(
  session: Session,
  client: Client,
  signal: AbortSignal,
): Promise<SessionTokens> {
  const { loginUrl } = await client.status.infoz({})
  if (loginUrl === '') {
    throw new Refused(
      'nobody can sign in there: no identity provider is configured',
      'use an API token, or ask whoever runs the installation',
    )
  }
  const { signInByBrowser } = await import('@chainloop/sdk/sign-in/by-browser')
  const { io } = session
  const open = async (url: string): Promise<void> => {
    if (!(await openBrowser(io, url))) throw new NoBrowser()
    io.info(`a browser should open; if none does, open\n\n  ${url}\n`)
  }
  try {
    return await signInByBrowser({ client, loginUrl, clientName: hostname(), open, signal })
  } catch (cause) {
    if (cause instanceof NoBrowser) return byDevice(session, client, signal)
    throw cause
  }
}

class NoBrowser extends Error {
  override readonly name = 'NoBrowser'
}

async function byDevice(
  { io }: Session,
  client: Client,
  signal: AbortSignal,
): Promise<SessionTokens> {
  const { DeviceRefused, signInByDevice } = await import('@chainloop/sdk/sign-in/by-device')
  try {
    return await signInByDevice({
      client,
      clientName: hostname(),
      signal,
      show: ({ userCode, url, completeUrl }) => {
        io.info(`open\n\n  ${url}\n\nand enter ${userCode}, or open\n\n  ${completeUrl}\n`)
      },
    })
  } catch (cause) {
    if (cause instanceof DeviceRefused) throw new Refused(cause.message)
    throw cause
  }
}
