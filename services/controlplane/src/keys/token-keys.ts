import { createPublicKey, type KeyObject } from 'node:crypto'
import { join } from 'node:path'

import { type JSONWebKeySet, calculateJwkThumbprint, exportJWK, importSPKI } from 'jose'

import { privateKey } from './private-key.ts'

/** The key that signs our tokens, and every public key that tokens still in use may be signed with. */
export interface TokenKeys {
  readonly key: KeyObject
  /** JWK thumbprint (RFC 7638). */
  readonly kid: string
  readonly jwks: JSONWebKeySet
}

export interface TokenKeySettings {
  /** PEM; the file `keys/token.pem` in the data directory when absent. */
  readonly tokenKey?: string | undefined
  /** PEM public keys of earlier or coming signing keys, one after the other: rotation publishes them first and last. */
  readonly tokenPublicKeys?: string | undefined
  readonly dataDir?: string | undefined
}

export async function loadTokenKeys(settings: TokenKeySettings): Promise<TokenKeys> {
  const { tokenKey, tokenPublicKeys = '', dataDir } = settings
  if (tokenKey === undefined && dataDir === undefined) {
    throw new Error('set CHAINLOOP_TOKEN_KEY or CHAINLOOP_DATA_DIR')
  }
  const path = dataDir === undefined ? undefined : join(dataDir, 'keys', 'token.pem')
  const key = await privateKey({ pem: tokenKey, path })
  const own = await publicJwk(createPublicKey(key))
  const others = await Promise.all(
    pemBlocks(tokenPublicKeys).map(async (pem) => publicJwk(await importSPKI(pem, 'ES256'))),
  )
  const keys = [own, ...others.filter(({ kid }) => kid !== own.kid)]
  return { key, kid: own.kid, jwks: { keys } }
}

type PublicJwk = JSONWebKeySet['keys'][number] & { readonly kid: string }

async function publicJwk(key: Parameters<typeof exportJWK>[0]): Promise<PublicJwk> {
  const jwk = await exportJWK(key)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' }
}

function pemBlocks(text: string): string[] {
  return text.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? []
}
