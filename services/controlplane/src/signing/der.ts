import { randomBytes } from 'node:crypto'

/** Definite-length encodings, X.690 §10. Every function takes contents and gives a whole element. */
export type Der = Buffer<ArrayBuffer>

export function tlv(tag: number, ...parts: readonly Uint8Array[]): Der {
  const contents = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(contents.length)]), contents])
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length]
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return [0x80 | octets.length, ...octets]
}

export function sequence(...parts: readonly Uint8Array[]): Der {
  return tlv(0x30, ...parts)
}

/** SET OF: members in the order of their encodings, X.690 §11.6. */
export function setOf(...parts: readonly Uint8Array[]): Der {
  return tlv(0x31, ...parts.toSorted((a, b) => Buffer.compare(a, b)))
}

/** `[number]`, constructed. */
export function tagged(number: number, ...parts: readonly Uint8Array[]): Der {
  return tlv(0xa0 | number, ...parts)
}

export function octetString(bytes: Uint8Array): Der {
  return tlv(0x04, bytes)
}

export function bitString(bytes: Uint8Array, unusedBits = 0): Der {
  return tlv(0x03, Buffer.of(unusedBits), bytes)
}

export function boolean(value: boolean): Der {
  return tlv(0x01, Buffer.of(value ? 0xff : 0))
}

/** A non-negative integer, from a number or from its big-endian magnitude. */
export function integer(value: number | Uint8Array): Der {
  const magnitude = typeof value === 'number' ? magnitudeOf(value) : value
  const start = magnitude.findIndex((octet) => octet !== 0)
  const minimal = start === -1 ? Buffer.of(0) : magnitude.subarray(start)
  return (minimal[0] ?? 0) >= 0x80 ? tlv(0x02, Buffer.of(0), minimal) : tlv(0x02, minimal)
}

function magnitudeOf(value: number): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}

export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

function base128(arc: number): number[] {
  const octets = [arc % 128]
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
    octets.unshift(0x80 | (left % 128))
  }
  return octets
}

export function utf8String(text: string): Der {
  return tlv(0x0c, Buffer.from(text, 'utf8'))
}

/** Whole seconds: fractions are cut off. */
export function generalizedTime(time: Date): Der {
  return tlv(0x18, Buffer.from(`${digitsOf(time)}Z`, 'latin1'))
}

/** UTCTime until 2049 and GeneralizedTime from 2050 on, RFC 5280 §4.1.2.5. */
export function certificateTime(time: Date): Der {
  if (time.getUTCFullYear() >= 2050) return generalizedTime(time)
  return tlv(0x17, Buffer.from(`${digitsOf(time).slice(2)}Z`, 'latin1'))
}

function digitsOf(time: Date): string {
  return time.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')
}

/** 127 random bits: positive, unique, and unpredictable as CA/B baseline §7.1 asks. */
export function randomSerial(): Buffer {
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  return serial
}
