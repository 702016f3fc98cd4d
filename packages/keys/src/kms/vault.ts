import { createPublicKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { checked } from '../checked-key.ts'
import { askJson, stringIn, type Fetch } from '../http.ts'
import { digestOf } from '../prehash.ts'
import { KeyUnavailable, type SigningKey } from '../signing-key.ts'

const SERVICE = 'Vault'

export interface VaultOptions {
  readonly fetch: Fetch
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * `hashivault://KEY` of the transit engine. `VAULT_ADDR`, `VAULT_TOKEN` (or `~/.vault-token`), `VAULT_NAMESPACE` and
 * `TRANSIT_SECRET_ENGINE_PATH` (default `transit`) say where and who; OpenBao speaks the same.
 */
export async function openVaultKey(reference: string, options: VaultOptions): Promise<SigningKey> {
  const [, name] = /^hashivault:\/\/([A-Za-z0-9_.-]+)$/.exec(reference) ?? []
  if (name === undefined) {
    throw new KeyUnavailable(`${reference} does not name a key: hashivault://KEY`)
  }
  const ask = await asker(options)
  const answer = await ask(`keys/${name}`)
  const version = latestVersion(answer)
  const publicKey = publicKeyIn(answer, version)
  const hash = publicKey.asymmetricKeyType === 'ed25519' ? undefined : 'sha256'
  return checked(SERVICE, {
    publicKey,
    async sign(bytes) {
      const input = hash === undefined ? Buffer.from(bytes) : digestOf(bytes, hash)
      const signed = await ask(`sign/${name}`, {
        input: input.toString('base64'),
        key_version: Number(version),
        ...(hash === undefined ? {} : PREHASHED),
        ...(publicKey.asymmetricKeyType === 'rsa' && { signature_algorithm: 'pkcs1v15' }),
      })
      return readSignature(stringIn(signed, SERVICE, 'data', 'signature'))
    },
  })
}

const PREHASHED = { prehashed: true, hash_algorithm: 'sha2-256', marshaling_algorithm: 'asn1' }

type Ask = (path: string, body?: object) => Promise<unknown>

async function asker({ fetch, env }: VaultOptions): Promise<Ask> {
  const address = env['VAULT_ADDR']
  if (address === undefined || !URL.canParse(address)) {
    throw new KeyUnavailable('VAULT_ADDR is not the address of a Vault')
  }
  const token = env['VAULT_TOKEN'] ?? (await tokenInHome(env))
  const namespace = env['VAULT_NAMESPACE']
  const engine = env['TRANSIT_SECRET_ENGINE_PATH'] ?? 'transit'
  return (path, body) =>
    askJson(fetch, {
      service: SERVICE,
      url: `${address.replace(/\/+$/, '')}/v1/${engine}/${path}`,
      headers: {
        'x-vault-token': token,
        'x-vault-request': 'true',
        ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
      },
      ...(body === undefined ? {} : { body }),
    })
}

async function tokenInHome(env: VaultOptions['env']): Promise<string> {
  try {
    return (await readFile(join(env['HOME'] ?? homedir(), '.vault-token'), 'utf8')).trim()
  } catch (cause) {
    throw new KeyUnavailable('VAULT_TOKEN is not set', { cause })
  }
}

function latestVersion(answer: unknown): string {
  const data = memberOf(answer, 'data')
  const latest = memberOf(data, 'latest_version')
  if (typeof latest === 'number') return String(latest)
  throw new KeyUnavailable(`${SERVICE} answered without data.latest_version`)
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** PEM, but for Ed25519 the 32 bytes in base64. */
function publicKeyIn(answer: unknown, version: string): KeyObject {
  const key = stringIn(answer, SERVICE, 'data', 'keys', version, 'public_key')
  const isEd25519 = memberOf(memberOf(answer, 'data'), 'type') === 'ed25519'
  try {
    return isEd25519
      ? createPublicKey({
          key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key, 'base64').toString('base64url') },
          format: 'jwk',
        })
      : createPublicKey(key)
  } catch (cause) {
    throw new KeyUnavailable(`${SERVICE} answered with a key that cannot be read`, { cause })
  }
}

/** `vault:v1:<base64>`. */
function readSignature(signature: string): Buffer {
  const [, base64] = /^[a-z]+:v[0-9]+:([A-Za-z0-9+/=]+)$/.exec(signature) ?? []
  if (base64 === undefined) throw new KeyUnavailable(`${SERVICE} answered no signature`)
  return Buffer.from(base64, 'base64')
}
