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

/** A P-256 private key. Throws when no source is given, or when the key is of another kind. */
export async function privateKey({ pem, path }: KeySource): Promise<KeyObject> {
  if (pem !== undefined) return parse(pem)
  if (path === undefined) throw new Error('a private key needs a PEM text or a file')
  return parse((await readSecretFile(path)) ?? (await generate(path)))
}

async function generate(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return createSecretFile(path, key.export({ type: 'pkcs8', format: 'pem' }).toString())
}

function parse(pem: string): KeyObject {
  const key = createPrivateKey(pem)
  const isP256 =
    key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  if (!isP256) throw new Error('not a P-256 private key')
  return key
}
