import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

import { TEST_CERTIFICATE, TEST_KEY } from './tls.ts'

export interface EntraServer extends AsyncDisposable {
  readonly url: string
  /** The forms of all requests for tokens. */
  readonly asked: URLSearchParams[]
}

const TENANT = '11111111-2222-4333-8444-555555555555'

export const PRINCIPAL = { tenantID: TENANT, clientID: 'cas-tests', clientSecret: 's3cret' }
/** What stands in the file that a workload identity reads. */
export const WORKLOAD_ASSERTION = 'the.assertion.of-the-pod'

/** The token endpoint of Microsoft Entra ID for one principal. Its tokens are signed by nobody. */
export async function startEntraServer(): Promise<EntraServer> {
  const asked: URLSearchParams[] = []
  const server = createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    void answer(req, url, asked).then(({ status, body }) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    )
  })
  return {
    url,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}

async function answer(
  req: IncomingMessage,
  url: string,
  asked: URLSearchParams[],
): Promise<{ readonly status: number; readonly body: object }> {
  if (req.method === 'GET') return { status: 200, body: discovery(url) }
  const form = new URLSearchParams(await text(req))
  asked.push(form)
  const isKnown =
    form.get('client_id') === PRINCIPAL.clientID &&
    (form.get('client_secret') === PRINCIPAL.clientSecret ||
      form.get('client_assertion') === WORKLOAD_ASSERTION)
  if (!isKnown) return { status: 401, body: { error: 'invalid_client' } }
  return {
    status: 200,
    body: { token_type: 'Bearer', expires_in: 3599, access_token: accessToken() },
  }
}

function discovery(url: string): object {
  return {
    issuer: `${url}/${TENANT}/v2.0`,
    authorization_endpoint: `${url}/${TENANT}/oauth2/v2.0/authorize`,
    token_endpoint: `${url}/${TENANT}/oauth2/v2.0/token`,
    jwks_uri: `${url}/${TENANT}/discovery/v2.0/keys`,
  }
}

function accessToken(): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    aud: 'https://storage.azure.com',
    iss: `https://sts.windows.net/${TENANT}/`,
    iat: now,
    nbf: now - 60,
    exp: now + 3599,
    oid: '99999999-2222-4333-8444-555555555555',
    tid: TENANT,
    ver: '1.0',
  }
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}.c2lnbmF0dXJl`
}
