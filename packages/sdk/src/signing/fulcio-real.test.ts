import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { verifyBundle } from '@chainloop/attestation/verify/verify-bundle'
import { afterAll, expect, test } from '@jest/globals'

import {
  stampQuery,
  timestampAuthority,
  timestampServer,
} from '../testing/authorities.test.fixture.ts'
import { listen } from '../testing/listen.test.fixture.ts'
import { signBundle } from './bundle.ts'
import { fulcioSigner } from './fulcio.ts'
import { timestamp } from './timestamp.ts'

/* Against a Fulcio whose issuer has handed out TEST_FULCIO_TOKEN, to somebody with an email address. */
const url = process.env['TEST_FULCIO_URL']
const maybe = url ? test : test.skip
const { tsa, root: tsaRoot } = timestampAuthority()
const stamps = timestampServer((query) => stampQuery(query, tsa))
afterAll(() => {
  stamps.close()
})

const chain = (certificates: readonly string[]): object => ({
  certChain: { certificates: certificates.map((rawBytes) => ({ rawBytes })) },
  validFor: { start: '2020-01-01T00:00:00Z' },
})

/** What this Fulcio publishes about itself. */
async function trustedRoot(): Promise<Uint8Array> {
  const response = await fetch(`${url ?? ''}/api/v2/trustBundle`)
  const { chains } = (await response.json()) as { chains: { certificates: string[] }[] }
  const base64 = (pem: string): string => pem.replaceAll(/-----[^-]+-----|\s/g, '')
  const json = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    certificateAuthorities: chains.map(({ certificates }) => chain(certificates.map(base64))),
    timestampAuthorities: [chain([tsa, tsaRoot].map(({ der }) => der.toString('base64')))],
  }
  return Buffer.from(JSON.stringify(json))
}

function claimOf(token: string, name: string): string {
  const claims: Record<string, unknown> = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
  )
  return String(claims[name])
}

maybe('a certificate of a Fulcio names whom the issuer vouches for', async () => {
  const token = process.env['TEST_FULCIO_TOKEN'] ?? ''
  const authority = `http://${await listen(stamps)}/tsa`
  const payload = Buffer.from('{}')

  const bundle = await signBundle({
    payload,
    payloadType: 'application/vnd.in-toto+json',
    signer: fulcioSigner({ url: url ?? '', identity: { token: async () => token } }),
    stamps: [(signature) => timestamp(authority, signature)],
  })

  const trust = parseTrustRoot(await trustedRoot())
  const identity = claimOf(token, 'email')
  const issuer = claimOf(token, 'iss')
  expect(Buffer.from(verifyBundle({ bundle, trust, identity, issuer }).payload)).toEqual(payload)
  expect(() => verifyBundle({ bundle, trust, identity: 'somebody@else.example' })).toThrow(identity)
})

maybe('a token that the issuer did not sign gets no certificate', async () => {
  const token = `${(process.env['TEST_FULCIO_TOKEN'] ?? '').slice(0, -8)}AAAAAAAA`
  const signer = fulcioSigner({ url: url ?? '', identity: { token: async () => token } })

  await expect(signer.sign(Buffer.from('x'))).rejects.toMatchObject({ name: 'FulcioRefused' })
})
