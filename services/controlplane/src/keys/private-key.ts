import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

import { createSecretFile, readSecretFile } from './secret-file.ts'

export interface KeySource {
  /** The PEM text of a setting. */
  readonly pem?: string | undefined
  /** A file that is made when it is missing. */
  readonly path?: string | undefined
}

interface KeyKind {
  readonly name: string
  readonly generate: () => KeyObject
  readonly isOne: (key: KeyObject) => boolean
}

const P256: KeyKind = {
  name: 'P-256',
  generate: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  isOne: (key) =>
    key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1',
}

const ED25519: KeyKind = {
  name: 'Ed25519',
  generate: () => generateKeyPairSync('ed25519').privateKey,
  isOne: (key) => key.asymmetricKeyType === 'ed25519',
}

/** A P-256 private key. Throws when no source is given, or when the key is of another kind. */
export function privateKey(source: KeySource): Promise<KeyObject> {
  return load(P256, source)
}

/** The same for Ed25519. */
export function ed25519Key(source: KeySource): Promise<KeyObject> {
  return load(ED25519, source)
}

async function load(kind: KeyKind, { pem, path }: KeySource): Promise<KeyObject> {
  if (pem !== undefined) return parse(kind, pem)
  if (path === undefined) throw new Error('a private key needs a PEM text or a file')
  return parse(kind, (await readSecretFile(path)) ?? (await generate(kind, path)))
}

async function generate(kind: KeyKind, path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const pem = kind.generate().export({ type: 'pkcs8', format: 'pem' }).toString()
  return createSecretFile(path, pem)
}

function parse(kind: KeyKind, pem: string): KeyObject {
  const key = createPrivateKey(pem)
  if (!kind.isOne(key)) throw new Error(`not a ${kind.name} private key`)
  return key
}
