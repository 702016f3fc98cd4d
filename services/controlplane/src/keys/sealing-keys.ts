import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { type SealingKey, sealingKey } from '@chainloop/kit/secrets/seal'

import { createSecretFile, readSecretFile } from './secret-file.ts'

/** The first seals, all of them open. */
export type SealingKeys = readonly [SealingKey, ...SealingKey[]]

export interface SealingKeySettings {
  /** Base64 of 32 bytes each, separated by commas, the newest first; `keys/sealing.key` when absent. */
  readonly sealingKey?: string | undefined
  readonly dataDir?: string | undefined
}

/** Keys of the stored credentials of backends and integrations. */
export async function loadSealingKeys(settings: SealingKeySettings): Promise<SealingKeys> {
  const text = settings.sealingKey ?? (await kept(settings.dataDir))
  const [first, ...others] = text.split(',').map((key) => sealingKey(decode(key.trim())))
  if (!first) throw new Error('no sealing key')
  return [first, ...others]
}

async function kept(dataDir: string | undefined): Promise<string> {
  if (dataDir === undefined) throw new Error('set CHAINLOOP_SEALING_KEY or CHAINLOOP_DATA_DIR')
  const path = join(dataDir, 'keys', 'sealing.key')
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  return (await readSecretFile(path)) ?? createSecretFile(path, randomBytes(32).toString('base64'))
}

function decode(key: string): Uint8Array {
  const bytes = Buffer.from(key, 'base64')
  if (bytes.length !== 32) throw new Error('a sealing key is base64 of 32 bytes')
  return bytes
}
