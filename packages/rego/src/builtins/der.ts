import { fail } from './operands.ts'

/** One element of DER, X.690. */
export type Der = {
  readonly tag: number
  /** With tag and length. */
  readonly raw: Uint8Array
  readonly content: Uint8Array
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const

export function readDer(bytes: Uint8Array): Der {
  const [tag = 0, first = 0] = bytes
  const lengthBytes = first & 0x80 ? first & 0x7f : 0
  if (bytes.length < 2 || lengthBytes > 4) throw fail('malformed DER')
  let length = lengthBytes > 0 ? 0 : first
  for (let i = 0; i < lengthBytes; i++) length = length * 256 + (bytes[2 + i] ?? 0)
  const start = 2 + lengthBytes
  if (start + length > bytes.length) throw fail('malformed DER: data is truncated')
  return {
    tag,
    raw: bytes.subarray(0, start + length),
    content: bytes.subarray(start, start + length),
  }
}

export function readAll(bytes: Uint8Array): Der[] {
  const elements: Der[] = []
  for (let at = 0; at < bytes.length;) {
    const element = readDer(bytes.subarray(at))
    elements.push(element)
    at += element.raw.length
  }
  return elements
}

export function childrenOf(element: Der | undefined, tag: number = tags.sequence): Der[] {
  if (element?.tag !== tag) throw fail('malformed DER: unexpected element')
  return readAll(element.content)
}

export function integerOf({ content }: Der): bigint {
  const unsigned = content.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return (content[0] ?? 0) & 0x80 ? unsigned - (1n << BigInt(8 * content.length)) : unsigned
}

export function oidOf({ content }: Der): string {
  const arcs: number[] = []
  let value = 0
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f)
    if (byte & 0x80) continue
    arcs.push(value)
    value = 0
  }
  const [first = 0, ...rest] = arcs
  const top = Math.min(2, Math.floor(first / 40))
  return [top, first - 40 * top, ...rest].join('.')
}

/** A time as of RFC 3339. */
export function timeOf({ tag, content }: Der): string {
  const text = String.fromCharCode(...content)
  const year = Number(text.slice(0, 2))
  const full = tag === tags.utcTime ? `${year >= 50 ? 19 : 20}${text}` : text
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full)
  if (!match) throw fail('malformed DER: bad time')
  const [, y, mo, d, h, mi, s] = match
  return `${y}-${mo}-${d}T${h}:${mi}:${s}Z`
}
