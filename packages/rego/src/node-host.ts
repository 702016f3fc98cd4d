import { randomBytes } from 'node:crypto'

import type { Host } from './host.ts'

/** What Node can give a policy without reaching the network: time, randomness, cryptography. */
export function nodeHost(): Host {
  return {
    now: () => Date.now(),
    random: (bytes) => Uint8Array.from(randomBytes(bytes)),
  }
}
