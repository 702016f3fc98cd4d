import { generateKeyPairSync } from 'node:crypto'

import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { verifyBundle } from '@chainloop/attestation/verify/verify-bundle'
import { localKey } from '@chainloop/keys/local-key'
import { expect, test } from '@jest/globals'

import {
  stampQuery,
  timestampAuthority,
  timestampServer,
} from '../testing/authorities.test.fixture.ts'
import { listen } from '../testing/listen.test.fixture.ts'
import { signBundle } from './bundle.ts'
import { keySigner } from './key-signer.ts'
import { timestamp } from './timestamp.ts'

/* Against a timestamp authority of Sigstore. */
const url = process.env['TEST_TSA_URL'] ?? ''
const maybe = url === '' ? test.skip : test

async function certificates(): Promise<string[]> {
  const pem = await (await fetch(`${url}/api/v1/timestamp/certchain`)).text()
  return (pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? []).map((one) =>
    one.replaceAll(/-----[^-]+-----|\s/g, ''),
  )
}

const listed = (chain: readonly string[]): object => ({
  certChain: { certificates: chain.map((rawBytes) => ({ rawBytes })) },
  validFor: { start: '2020-01-01T00:00:00Z' },
})

maybe('two authorities stamp one signature, and each is believed where it is listed', async () => {
  const own = timestampAuthority()
  const server = timestampServer((query) => stampQuery(query, own.tsa))
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const urls = [`http://${await listen(server)}/tsa`, `${url}/api/v1/timestamp`]

  const bundle = await signBundle({
    payload: Buffer.from('{}'),
    payloadType: 'application/vnd.in-toto+json',
    signer: keySigner(localKey(privateKey)),
    stamps: urls.map((one) => (signature) => timestamp(one, signature)),
  })
  server.close()

  const key = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const chains = [
    [own.tsa, own.root].map(({ der }) => der.toString('base64')),
    await certificates(),
  ]
  const stampsBy = (...trusted: string[][]) => {
    const json = {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      timestampAuthorities: trusted.map(listed),
    }
    const trust = parseTrustRoot(Buffer.from(JSON.stringify(json)))
    return verifyBundle({ bundle, key, trust }).timestamps
  }
  expect(stampsBy(...chains)).toHaveLength(2)
  for (const chain of chains) expect(stampsBy(chain)).toHaveLength(1)
})
