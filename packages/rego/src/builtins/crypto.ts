import { hmac } from '@noble/hashes/hmac.js'
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'

import type { HashName } from '../host.ts'
import { fromBigInt } from '../values/number.ts'
import { toHex, utf8 } from './bytes.ts'
import { fail, integerAt, stringAt } from './operands.ts'
import { define, stable } from './registry.ts'
import type { Builtin } from './registry.ts'
import type { BuiltinFunction } from './registry.ts'

type Hash = Parameters<typeof hmac>[0]

const hashes = { md5, sha1, sha256, sha512 } as const

export function hmacOf(
  name: HashName,
  key: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Uint8Array {
  return hmac(byName[name], key, data)
}

const byName: Record<HashName, Hash> = {
  'SHA-1': sha1,
  'SHA-256': sha256,
  'SHA-384': sha384,
  'SHA-512': sha512,
}

export function sha256Hex(data: Uint8Array<ArrayBuffer>): string {
  return toHex(sha256(data))
}

function digest(name: string, hash: Hash): Builtin {
  return define(`crypto.${name}(string) -> string`, `The ${name} digest in hexadecimal.`, (args) =>
    toHex(hash(utf8(stringAt(args, 0)))),
  )
}

function keyedDigest(name: string, hash: Hash): Builtin {
  return define(
    `crypto.hmac.${name}(string, string) -> string`,
    `The HMAC with ${name} of a text and a key, in hexadecimal.`,
    (args) => toHex(hmac(hash, utf8(stringAt(args, 1)), utf8(stringAt(args, 0)))),
  )
}

/** Takes a time that does not depend on where two texts differ. */
export function sameText(a: string, b: string): boolean {
  const [x, y] = [utf8(a), utf8(b)]
  return x.length === y.length && x.reduce((sum, byte, i) => sum | (byte ^ (y[i] ?? 0)), 0) === 0
}

const randomInteger: BuiltinFunction = (args, { run }) => {
  const limit = integerAt(args, 1)
  if (limit === 0n) return 0
  const bytes = run.host.random?.(16)
  if (!bytes) throw fail('the host grants no random numbers')
  return fromBigInt(BigInt(`0x${toHex(bytes)}`) % (limit < 0n ? -limit : limit))
}

export const crypto: readonly Builtin[] = [
  ...Object.entries(hashes).flatMap(([name, hash]) => [
    digest(name, hash),
    keyedDigest(name, hash),
  ]),
  define(
    'crypto.hmac.equal(string, string) -> boolean',
    'Whether two digests are equal, in constant time.',
    (args) => sameText(stringAt(args, 0), stringAt(args, 1)),
  ),
  stable(
    define(
      'rand.intn(string, number) -> number',
      'A random integer below a limit, the same for the same key.',
      randomInteger,
    ),
  ),
]
