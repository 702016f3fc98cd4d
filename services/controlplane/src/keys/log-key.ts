import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'

import { ed25519Key } from './private-key.ts'

/** Signs the heads of the evidence logs; `keys/log.pem` in the data directory unless it is given. */
export async function loadLogKey({
  logKey,
  dataDir,
}: {
  readonly logKey?: string | undefined
  readonly dataDir?: string | undefined
}): Promise<KeyObject | undefined> {
  if (logKey === undefined && dataDir === undefined) return undefined
  const path = dataDir === undefined ? undefined : join(dataDir, 'keys', 'log.pem')
  return ed25519Key({ pem: logKey, path })
}
