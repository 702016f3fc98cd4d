import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto'

import { listen, type Listening } from './listen.test.fixture.ts'

/** A token server as docker's "Token Authentication Specification" has it, for one user who may do everything. */
export interface TokenServer extends Listening {
  /** PEM of the certificate that its tokens are signed with. */
  readonly certificate: string
  /** What was asked: the scopes, and how whoever asked proved himself. */
  readonly asked: readonly { readonly scopes: readonly string[]; readonly by: string }[]
  lifetimeSeconds: number
}

export const ISSUER = 'token server of the tests'
export const SERVICE = 'registry of the tests'

export async function startTokenServer(): Promise<TokenServer> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = selfSigned(privateKey, publicKey)
  const asked: { scopes: readonly string[]; by: string }[] = []
  const state = { lifetimeSeconds: 300 }

  const server = await listen((request, response) => {
    let form = ''
    request.on('data', (chunk: Buffer) => (form += chunk.toString()))
    request.on('end', () => {
      const posted = request.method === 'POST' ? new URLSearchParams(form) : undefined
      const asks = posted ?? new URL(request.url ?? '', 'http://x').searchParams
      const scopes = asks.getAll('scope').flatMap((scope) => scope.split(' '))
      const by = posted
        ? `refresh ${posted.get('refresh_token')}`
        : plain(request.headers.authorization)
      asked.push({ scopes, by })
      if (by !== 'al:s3cret' && by !== 'refresh r3fresh') return void response.writeHead(401).end()
      const token = jwt(privateKey, certificate, { scopes, seconds: state.lifetimeSeconds })
      const name = posted ? 'access_token' : 'token'
      response.end(JSON.stringify({ [name]: token, expires_in: state.lifetimeSeconds }))
    })
  })
  const pem = `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`
  return Object.assign(state, {
    host: server.host,
    certificate: pem,
    asked,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  })
}

function plain(authorization = ''): string {
  return Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()
}

function jwt(
  key: KeyObject,
  certificate: Buffer,
  { scopes, seconds }: { scopes: readonly string[]; seconds: number },
): string {
  const now = Math.floor(Date.now() / 1000)
  const header = { typ: 'JWT', alg: 'ES256', x5c: [certificate.toString('base64')] }
  const access = scopes.map((scope) => {
    const [type, name, actions = ''] = scope.split(':')
    return { type, name, actions: actions.split(',') }
  })
  const times = { iat: now - 5, nbf: now - 5, exp: now + seconds }
  const claims = { iss: ISSUER, aud: SERVICE, sub: 'al', jti: randomUUID(), ...times, access }
  const content = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' })
  return `${content}.${signature.toString('base64url')}`
}

/** An X.509 v3 certificate (RFC 5280 §4.1) without extensions, valid for fifty years. */
function selfSigned(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  const ecdsaWithSha256 = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'))
  const commonName = der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('tests')))
  const name = der(0x30, der(0x31, commonName))
  const time = (text: string): Buffer => der(0x18, Buffer.from(text))
  const certificate = der(
    0x30,
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    ecdsaWithSha256,
    name,
    der(0x30, time('20200101000000Z'), time('20700101000000Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = sign('sha256', certificate, privateKey)
  return der(0x30, certificate, ecdsaWithSha256, der(0x03, Buffer.of(0), signature))
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = sizeOf(length)
  return Buffer.concat([Buffer.of(tag, ...size), content])
}

function sizeOf(length: number): readonly number[] {
  if (length < 128) return [length]
  return length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
}
