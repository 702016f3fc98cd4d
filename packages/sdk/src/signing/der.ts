/** The few ASN.1 DER forms that a certificate request and a timestamp query are made of (ITU-T X.690). */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body])
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return [0x80 | bytes.length, ...bytes]
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tlv(0x30, ...parts)
}

export function octets(bytes: Uint8Array): Buffer {
  return tlv(0x04, bytes)
}

export function boolean(value: boolean): Buffer {
  return tlv(0x01, Uint8Array.of(value ? 0xff : 0))
}

/** A non-negative integer from its big-endian bytes: shortest form, positive. */
export function unsigned(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const shortest = first === -1 ? Uint8Array.of(0) : bytes.subarray(first)
  const isNegative = ((shortest[0] ?? 0) & 0x80) !== 0
  return tlv(0x02, ...(isNegative ? [Uint8Array.of(0)] : []), shortest)
}

/** From the dotted form, `1.2.840.113549.1.1.1`. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(arc: number): readonly number[] {
  const groups = [arc & 0x7f]
  for (let rest = arc >>> 7; rest > 0; rest >>>= 7) groups.unshift((rest & 0x7f) | 0x80)
  return groups
}
