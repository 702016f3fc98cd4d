import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'

import { createSecretFile, readSecretFile } from './secret-file.ts'

/**
 * A P-256 private key: the PEM text of a setting, else the file at `path`, which is made when it is missing.
 * Throws when neither is given, or when the key is of another kind.
 */
export async function privateKey(source: {
  readonly pem?: string | undefined
  readonly path?: string | undefined
}): Promise<KeyObject> {
  if (source.pem !== undefined) return parse(source.pem)
  if (source.path === undefined) throw new Error('a private key needs a PEM text or a file')
  return parse((await readSecretFile(source.path)) ?? (await generate(source.path)))
}

async function generate(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return createSecretFile(path, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
}

function parse(pem: string): KeyObject {
  const key = createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new Error('not a P-256 private key')
  }
  return key
}
