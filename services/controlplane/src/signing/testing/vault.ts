import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

import { p256 } from '@noble/curves/nist.js'

/** The transit engine of a Vault that holds two keys, `p256` and `ed25519`; as much of it as signing needs. */
export async function startVault(): Promise<
  AsyncDisposable & {
    readonly env: Readonly<Record<string, string>>
    readonly signed: () => number
  }
> {
  const keys: Readonly<Record<string, KeyObject>> = {
    p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    ed25519: generateKeyPairSync('ed25519').privateKey,
  }
  let signed = 0
  const answer = (path: string, input: Buffer): object | undefined => {
    const [, verb, name = ''] = /^\/v1\/transit\/(keys|sign)\/(\w+)$/.exec(path) ?? []
    const key = keys[name]
    if (!key) return undefined
    if (verb === 'keys') {
      return { latest_version: 1, type: name, keys: { 1: { public_key: publicOf(key) } } }
    }
    signed += 1
    return { signature: `vault:v1:${signatureOf(key, input).toString('base64')}` }
  }
  const server = createServer((req, res) => {
    const body = req.method === 'POST' ? json(req) : Promise.resolve({})
    void body.then((given) => {
      const { input = '' } = given as { input?: string }
      const data = answer(req.url ?? '', Buffer.from(input, 'base64'))
      res.writeHead(data ? 200 : 404, { 'content-type': 'application/json' })
      res.end(JSON.stringify({ data }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    env: { VAULT_ADDR: `http://127.0.0.1:${port}`, VAULT_TOKEN: 'test' },
    signed: () => signed,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** PEM of an ECDSA key, base64 of the bytes of an Ed25519 key, as transit shows them. */
function publicOf(key: KeyObject): string {
  const publicKey = createPublicKey(key)
  return key.asymmetricKeyType === 'ed25519'
    ? Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64')
    : publicKey.export({ type: 'spki', format: 'pem' }).toString()
}

/** Over the digest for ECDSA, over the message for Ed25519. */
function signatureOf(key: KeyObject, input: Buffer): Buffer {
  if (key.asymmetricKeyType === 'ed25519') return sign(undefined, input, key)
  const secret = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url')
  return Buffer.from(p256.sign(input, secret, { prehash: false, lowS: false, format: 'der' }))
}
