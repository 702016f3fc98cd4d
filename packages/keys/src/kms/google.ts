import { createPublicKey } from 'node:crypto'

import { GoogleAuth } from 'google-auth-library'

import { checked } from '../checked-key.ts'
import { askJson, stringIn, type Fetch } from '../http.ts'
import { digestOf, type Hash } from '../prehash.ts'
import { KeyUnavailable, type SigningKey } from '../signing-key.ts'

const SERVICE = 'Google Cloud KMS'
const SCOPE = 'https://www.googleapis.com/auth/cloudkms'
const REFERENCE =
  /^gcpkms:\/\/(projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+)(?:\/(?:cryptoKeyVersions|versions)\/([0-9]+))?$/

export interface GoogleOptions {
  readonly fetch: Fetch
  /** Default: `https://cloudkms.googleapis.com`. */
  readonly endpoint?: string | undefined
  /** An access token. Default: application default credentials. */
  readonly token?: (() => Promise<string>) | undefined
}

/**
 * `gcpkms://projects/P/locations/L/keyRings/R/cryptoKeys/K`, with `/cryptoKeyVersions/V` for one version; without it the
 * newest that is enabled. Cloud KMS API v1.
 */
export async function openGoogleKey(
  reference: string,
  options: GoogleOptions,
): Promise<SigningKey> {
  const [, key, given] = REFERENCE.exec(reference) ?? []
  if (key === undefined) {
    throw new KeyUnavailable(
      `${reference} does not name a key: gcpkms://projects/P/locations/L/keyRings/R/cryptoKeys/K`,
    )
  }
  const ask = asker(options)
  const name =
    given === undefined ? await newestVersion(ask, key) : `${key}/cryptoKeyVersions/${given}`
  const answer = await ask(`${name}/publicKey`)
  const hash = hashOf(stringIn(answer, SERVICE, 'algorithm'))
  return checked(SERVICE, {
    publicKey: createPublicKey(stringIn(answer, SERVICE, 'pem')),
    async sign(bytes) {
      const body =
        hash === undefined
          ? { data: Buffer.from(bytes).toString('base64') }
          : { digest: { [hash]: digestOf(bytes, hash).toString('base64') } }
      const signed = await ask(`${name}:asymmetricSign`, body)
      return Buffer.from(stringIn(signed, SERVICE, 'signature'), 'base64')
    },
  })
}

type Ask = (path: string, body?: object) => Promise<unknown>

function asker({ fetch, token, endpoint = 'https://cloudkms.googleapis.com' }: GoogleOptions): Ask {
  const auth = token ? undefined : new GoogleAuth({ scopes: [SCOPE] })
  return async (path, body) => {
    const bearer = token ? await token() : await accessToken(auth)
    return askJson(fetch, {
      service: SERVICE,
      url: `${endpoint}/v1/${path}`,
      headers: { authorization: `Bearer ${bearer}` },
      ...(body === undefined ? {} : { body }),
    })
  }
}

async function accessToken(auth: GoogleAuth | undefined): Promise<string> {
  try {
    return (await auth?.getAccessToken()) ?? ''
  } catch (cause) {
    throw new KeyUnavailable(`there are no credentials for ${SERVICE}`, { cause })
  }
}

async function newestVersion(ask: Ask, key: string): Promise<string> {
  const answer = await ask(`${key}/cryptoKeyVersions?filter=state%3DENABLED&pageSize=1000`)
  const versions =
    typeof answer === 'object' && answer !== null && 'cryptoKeyVersions' in answer
      ? answer.cryptoKeyVersions
      : []
  const names = (Array.isArray(versions) ? versions : []).map((version: unknown) =>
    stringIn(version, SERVICE, 'name'),
  )
  const newest = names.toSorted((a, b) => numberOf(b) - numberOf(a))[0]
  if (newest === undefined) throw new KeyUnavailable(`the key ${key} has no enabled version`)
  return newest
}

function numberOf(version: string): number {
  return Number(version.slice(version.lastIndexOf('/') + 1))
}

/** `EC_SIGN_P256_SHA256`, `RSA_SIGN_PSS_3072_SHA256`, `EC_SIGN_ED25519`. */
function hashOf(algorithm: string): Hash | undefined {
  if (algorithm === 'EC_SIGN_ED25519') return undefined
  const bits = /^(?:EC|RSA)_SIGN_.*_SHA(256|384|512)$/.exec(algorithm)?.[1]
  if (bits === '256') return 'sha256'
  if (bits === '384') return 'sha384'
  if (bits === '512') return 'sha512'
  throw new KeyUnavailable(`keys of ${SERVICE} for ${algorithm} are not supported`)
}
