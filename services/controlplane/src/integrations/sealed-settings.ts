import { open, seal } from '@chainloop/kit/secrets/seal'

import type { SealingKeys } from '../keys/sealing-keys.ts'
import type { JsonObject } from './plugin.ts'

export function sealSettings(
  [key]: SealingKeys,
  secrets: JsonObject | undefined,
  place: string,
): Uint8Array | undefined {
  return secrets && seal(key, Buffer.from(JSON.stringify(secrets)), place)
}

/** JSON text of the secrets; `{}` when there are none. Throws when no key opens them. */
export function openSettings(
  keys: SealingKeys,
  sealed: Uint8Array | null,
  place: string,
): Uint8Array {
  return sealed ? open(keys, sealed, place) : Buffer.from('{}')
}
