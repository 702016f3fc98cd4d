import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createProbe } from 'node:net'

import type { AccountClaims } from 'oidc-provider'

export interface TestProvider extends AsyncDisposable {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** What it tells about the account of that login name. Default: a verified address of the same name. */
  readonly accounts: Map<string, Omit<AccountClaims, 'sub'>>
}

/** A real OpenID provider on loopback; any login name and password signs in. */
export async function startProvider(redirectUri: string): Promise<TestProvider> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const [clientId, clientSecret] = ['chainloop', 'a secret of the test']
  const accounts: TestProvider['accounts'] = new Map()
  const loud = mute()
  const { Provider } = await import('oidc-provider')
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
    cookies: { keys: ['a key of the test'] },
    claims: { email: ['email', 'email_verified'], profile: ['given_name', 'family_name'] },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: `${id}@example.com`,
        email_verified: true,
        given_name: id,
        family_name: 'Tester',
        ...accounts.get(id),
      }),
    }),
  })
  const answer = provider.callback()
  server.on('request', (req, res) => void answer(req, res))
  return {
    issuer,
    clientId,
    clientSecret,
    accounts,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      loud()
    },
  }
}

/** It keeps saying, from the moment that it is loaded, that its defaults are for tests. Returns what lets it speak again. */
function mute(): () => void {
  const { warn, info } = console
  Object.assign(console, { warn: () => {}, info: () => {} })
  return () => Object.assign(console, { warn, info })
}

/** For an address that has to be known before its server is there: the provider sends people back to it. */
export async function freePort(): Promise<number> {
  const probe = createProbe().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
