import { createPublicKey, type KeyObject } from 'node:crypto'

import { DefaultAzureCredential } from '@azure/identity'

import { checked } from '../checked-key.ts'
import { askJson, stringIn, type Fetch } from '../http.ts'
import { derFromConcatenated, digestOf, hashFor } from '../prehash.ts'
import { KeyUnavailable, type SigningKey } from '../signing-key.ts'

const SERVICE = 'Azure Key Vault'
const API_VERSION = '7.4'
const REFERENCE = /^azurekms:\/\/([A-Za-z0-9.:-]+)\/([A-Za-z0-9-]+)(?:\/([A-Za-z0-9]+))?$/

export interface AzureOptions {
  readonly fetch: Fetch
  /** An access token for the scope. Default: what `DefaultAzureCredential` finds. */
  readonly token?: ((scope: string) => Promise<string>) | undefined
}

/** `azurekms://VAULT.vault.azure.net/KEY`, with `/VERSION` for one that is not the newest. Key Vault REST API 7.4. */
export async function openAzureKey(reference: string, options: AzureOptions): Promise<SigningKey> {
  const [, vault, name, version] = REFERENCE.exec(reference) ?? []
  if (vault === undefined || name === undefined) {
    throw new KeyUnavailable(
      `${reference} does not name a key: azurekms://VAULT.vault.azure.net/KEY`,
    )
  }
  const ask = asker(`https://${vault}`, options)
  const answer = await ask(`/keys/${name}${version === undefined ? '' : `/${version}`}`)
  const publicKey = publicKeyIn(answer)
  // The newest version is what was just shown; signatures have to be of that one.
  const place = new URL(stringIn(answer, SERVICE, 'key', 'kid')).pathname
  const algorithm = algorithmOf(publicKey)
  return checked(SERVICE, {
    publicKey,
    async sign(bytes) {
      const value = digestOf(bytes, hashFor(publicKey) ?? 'sha256').toString('base64url')
      const signed = await ask(`${place}/sign`, { alg: algorithm, value })
      const signature = Buffer.from(stringIn(signed, SERVICE, 'value'), 'base64url')
      return algorithm.startsWith('ES') ? derFromConcatenated(signature) : signature
    },
  })
}

function asker(address: string, { fetch, token = defaultToken() }: AzureOptions) {
  return async (path: string, body?: object): Promise<unknown> =>
    askJson(fetch, {
      service: SERVICE,
      url: `${address}${path}?api-version=${API_VERSION}`,
      headers: { authorization: `Bearer ${await token(scopeOf(address))}` },
      ...(body === undefined ? {} : { body }),
    })
}

/** Of the cloud that the vault is in: `vault.azure.net`, `vault.azure.cn`, `vault.usgovcloudapi.net`. */
function scopeOf(address: string): string {
  const { hostname } = new URL(address)
  const cloud = /\.(vault|managedhsm)\.(.+)$/.exec(hostname)
  return `https://${cloud?.[1] ?? 'vault'}.${cloud?.[2] ?? 'azure.net'}/.default`
}

function defaultToken(): NonNullable<AzureOptions['token']> {
  const credential = new DefaultAzureCredential()
  return async (scope) => {
    try {
      return (await credential.getToken(scope)).token
    } catch (cause) {
      throw new KeyUnavailable(`there are no credentials for ${SERVICE}`, { cause })
    }
  }
}

/** A JSON Web Key whose type may say that the key is in hardware. */
function publicKeyIn(answer: unknown): KeyObject {
  const member = (name: string): string => stringIn(answer, SERVICE, 'key', name)
  const kty = member('kty').replace(/-HSM$/, '')
  const jwk =
    kty === 'EC'
      ? { kty, crv: member('crv'), x: member('x'), y: member('y') }
      : { kty, n: member('n'), e: member('e') }
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch (cause) {
    throw new KeyUnavailable(`${SERVICE} answered with a key that cannot be read`, { cause })
  }
}

function algorithmOf(publicKey: KeyObject): string {
  if (publicKey.asymmetricKeyType === 'rsa') return 'RS256'
  const bits = hashFor(publicKey)?.slice('sha'.length)
  return `ES${bits ?? '256'}`
}
