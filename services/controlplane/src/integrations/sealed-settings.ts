import { type SealingKey, open, seal } from '@chainloop/kit/secrets/seal'

import type { JsonObject } from './plugin.ts'

/** The first seals, all of them open. */
export type SealingKeys = readonly [SealingKey, ...SealingKey[]]

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
