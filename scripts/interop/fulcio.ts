import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'

import { freePort } from '../lib/free-port.ts'
import { startDaemon, temporaryFolder } from '../servers/daemon.ts'
import { runJest } from '../test/jest-run.ts'
import { fulcio, obtain } from './peers.ts'
import type { Comparison, Verdict } from './suite.ts'

/** A Fulcio with an authority of its own certifies, and our verifier agrees whom. */
export function fulcioSuite(): readonly Comparison[] {
  const title = `${fulcio.name} ${fulcio.version}: it certifies for us, and names whom it should`
  return [{ title, run: tryFulcio }]
}

async function tryFulcio(): Promise<Verdict> {
  const found = await obtain(fulcio)
  if ('reason' in found) return { outcome: 'not run', why: found.reason }
  using folder = temporaryFolder('interop-fulcio')
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const [issuerPort, port, grpcPort] = [await freePort(), await freePort(), await freePort()]
  const issuer = `http://127.0.0.1:${issuerPort}`
  const server = await startIssuer(issuer, issuerPort, publicKey)
  try {
    await using _server = await startDaemon({
      program: found.program,
      args: serverArgs({ folder: folder.path, issuer, port, grpcPort }),
      port,
      stopSignal: 'SIGTERM',
    })
    const { passed, failed } = await runJest(
      ['--selectProjects', 'packages/sdk', '--testPathPatterns', 'signing/fulcio-real'],
      { TEST_FULCIO_URL: `http://127.0.0.1:${port}`, TEST_FULCIO_TOKEN: token(issuer, privateKey) },
    )
    if (failed === 0 && passed > 0) return { outcome: 'passed' }
    return { outcome: 'failed', why: `${failed} tests failed, ${passed} passed` }
  } finally {
    server.close()
  }
}

interface Places {
  readonly folder: string
  readonly issuer: string
  readonly port: number
  readonly grpcPort: number
}

/** The certificate authority lives as long as the process, and no certificate is logged. */
function serverArgs({ folder, issuer, port, grpcPort }: Places): readonly string[] {
  const config = join(folder, 'config.json')
  const trusted = { IssuerURL: issuer, ClientID: 'sigstore', Type: 'email' }
  writeFileSync(config, JSON.stringify({ OIDCIssuers: { [issuer]: trusted } }))
  const where = ['--host', '127.0.0.1', '--port', String(port)]
  const grpc = ['--grpc-host', '127.0.0.1', '--grpc-port', String(grpcPort)]
  const authority = ['--ca', 'ephemeralca', '--ct-log-url', '', '--config-path', config]
  return ['serve', ...where, ...grpc, ...authority]
}

/** As much of OpenID Connect as it takes to verify a token. */
async function startIssuer(issuer: string, port: number, publicKey: KeyObject): Promise<Server> {
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'interop', alg: 'ES256', use: 'sig' }
  const documents: Readonly<Record<string, object>> = {
    '/.well-known/openid-configuration': {
      issuer,
      jwks_uri: `${issuer}/keys`,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    },
    '/keys': { keys: [jwk] },
  }
  const server = createServer((request, response) => {
    const document = documents[request.url ?? '']
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(document ?? {}))
  })
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve)
  })
  return server
}

function token(issuer: string, key: KeyObject): string {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer,
    aud: 'sigstore',
    sub: 'ada',
    email: 'ada@acme.example',
    email_verified: true,
    iat: now,
    exp: now + 600,
  }
  const parts = [{ alg: 'ES256', kid: 'interop', typ: 'JWT' }, claims]
  const text = parts
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}
