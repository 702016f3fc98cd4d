import { createPublicKey, verify, X509Certificate } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { json } from 'node:stream/consumers'

import { certificate } from '@chainloop/attestation/verify/authority.test.fixture'
import { afterEach, expect, test } from '@jest/globals'

import { listen } from '../testing/listen.test.fixture.ts'
import { fulcioSigner } from './fulcio.ts'

/* A stand-in for the one call of Fulcio's API v2 that signing needs; the client is @sigstore/sign. */

const SUBJECT = 'repo:acme/web:ref:refs/heads/main'
const root = certificate({ common: 'fulcio', ca: true })
const asked: string[] = []
let server: Server | undefined
afterEach(() => {
  server?.close()
  asked.length = 0
})

interface SigningRequest {
  readonly credentials: { readonly oidcIdentityToken: string }
  readonly publicKeyRequest: {
    readonly publicKey: { readonly content: string }
    readonly proofOfPossession: string
  }
}

const token = (claims: object): string =>
  ['{}', JSON.stringify(claims), 'signature']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')

function pem(der: Buffer): string {
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`
}

/** Certifies whoever proves that the key is theirs. */
function answer({ credentials, publicKeyRequest }: SigningRequest): object | undefined {
  const { publicKey, proofOfPossession } = publicKeyRequest
  const key = createPublicKey(publicKey.content)
  const proof = Buffer.from(proofOfPossession, 'base64')
  if (!verify('sha256', Buffer.from(SUBJECT), key, proof)) return undefined
  if (credentials.oidcIdentityToken !== token({ sub: SUBJECT, iss: 'https://ci.example' })) {
    return undefined
  }
  const leaf = certificate({
    common: '',
    issuer: root,
    purpose: 'code',
    san: SUBJECT,
    publicKey: key,
  })
  return {
    signedCertificateEmbeddedSct: { chain: { certificates: [pem(leaf.der), pem(root.der)] } },
  }
}

async function serve(): Promise<string> {
  server = createServer((request, response) => {
    void (json(request) as Promise<SigningRequest>).then((body) => {
      asked.push(request.url ?? '')
      const answered = answer(body)
      response.writeHead(answered ? 201 : 400, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answered ?? { message: 'no' }))
    })
  })
  return `http://${await listen(server)}`
}

test('the job gets a certificate for a key of its own, and signs with it', async () => {
  const audiences: string[] = []
  const identity = {
    token: async (audience: string) => {
      audiences.push(audience)
      return token({ sub: SUBJECT, iss: 'https://ci.example' })
    },
  }
  const bytes = Buffer.from('what is signed')

  const { signature, signer } = await fulcioSigner({ url: await serve(), identity }).sign(bytes)

  if (!('certificate' in signer)) throw new Error('there is no certificate')
  const leaf = new X509Certificate(signer.certificate)
  expect(verify('sha256', bytes, leaf.publicKey, signature)).toBe(true)
  expect(leaf.subjectAltName).toContain(SUBJECT)
  expect(leaf.verify(new X509Certificate(root.der).publicKey)).toBe(true)
  expect(audiences).toEqual(['sigstore'])
  expect(asked).toEqual(['/api/v2/signingCert'])
})

test.each<[string, string, RegExp]>([
  ['that was not meant for it', token({ sub: SUBJECT, iss: 'other' }), /did not certify/],
  ['that names nobody', token({ iss: 'https://ci.example' }), /identity token/],
  ['that is none', 'SECRET', /identity token/],
])('a token %s gets none, and is never quoted', async (_what, given, reason) => {
  const signer = fulcioSigner({ url: await serve(), identity: { token: async () => given } })

  const refused: unknown = await signer.sign(Buffer.from('x')).catch((error: unknown) => error)

  expect(refused).toMatchObject({ name: 'FulcioRefused', message: expect.stringMatching(reason) })
  expect(String(refused)).not.toContain(given)
})

test.each(['', 'fulcio.example', 'file:///etc'])('%j is no address of a Fulcio', (url) => {
  expect(() => fulcioSigner({ url, identity: { token: async () => '' } })).toThrow(
    /not the address/,
  )
})
