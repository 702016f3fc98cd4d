import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>

/** An OpenID provider over a real socket that signs whatever a test wants. */
export interface TestIssuer extends AsyncDisposable {
  readonly url: string
  /** `127.0.0.1:port`, for the egress allow-list. */
  readonly host: string
  readonly keys: Readonly<Record<'RS256' | 'ES256' | 'EdDSA', KeyPair>>
  readonly jwks: { keys: JWK[] }
  /** Requests for keys so far. */
  readonly served: () => number
  /** What a test changes: answers to discovery, or none at all. */
  readonly behaviour: { issuer?: string; keysAt?: string; down?: boolean }
  sign(
    claims: JWTPayload,
    options?: { alg?: 'RS256' | 'ES256' | 'EdDSA'; kid?: string },
  ): Promise<string>
}

export async function startTestIssuer(): Promise<TestIssuer> {
  const keys = {
    RS256: await generateKeyPair('RS256'),
    ES256: await generateKeyPair('ES256'),
    EdDSA: await generateKeyPair('EdDSA'),
  }
  const jwks = {
    keys: await Promise.all(
      Object.entries(keys).map(async ([alg, { publicKey }]) => ({
        ...(await exportJWK(publicKey)),
        alg,
        kid: `test-${alg}`,
        use: 'sig',
      })),
    ),
  }
  const behaviour: TestIssuer['behaviour'] = {}
  let served = 0
  const server = createServer((req, res) => {
    if (behaviour.down) return res.writeHead(503).end()
    if (req.url === '/keys') served += 1
    const body =
      req.url === '/keys'
        ? jwks
        : { issuer: behaviour.issuer ?? url(), jwks_uri: behaviour.keysAt ?? `${url()}/keys` }
    return res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: url(),
    host: new URL(url()).host,
    keys,
    jwks,
    served: () => served,
    behaviour,
    sign: (claims, { alg = 'RS256', kid = `test-${alg}` } = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(keys[alg].privateKey),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
