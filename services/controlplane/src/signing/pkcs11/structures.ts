import koffi from 'koffi'

import { WORD_BYTES } from './module.ts'

/** Bytes for a module, with what they point to kept alive beside them. */
export interface Structure {
  readonly bytes: Buffer
  readonly holds: readonly Buffer[]
}

/** CK_ULONG values in a row; room for an answer when they are 0. */
export function words(...values: readonly (number | bigint)[]): Buffer {
  const bytes = Buffer.alloc(values.length * WORD_BYTES)
  values.forEach((value, index) => bytes.writeBigUInt64LE(BigInt(value), index * WORD_BYTES))
  return bytes
}

export function wordAt(bytes: Buffer, index = 0): number {
  return Number(bytes.readBigUInt64LE(index * WORD_BYTES))
}

/** CK_ATTRIBUTE: a type and where its value is, or is to be written. */
export function attributes(
  ...pairs: readonly (readonly [type: number, value: Buffer])[]
): Structure {
  return {
    bytes: words(
      ...pairs.flatMap(([type, value]) => [type, koffi.address(value), value.length] as const),
    ),
    holds: pairs.map(([, value]) => value),
  }
}

/** CK_MECHANISM without a parameter. */
export function mechanism(type: number): Buffer {
  return words(type, 0, 0)
}
