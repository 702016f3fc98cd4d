import { fail } from './operands.ts'

/** Conversions between texts and bytes that Node and browsers share. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** What is no UTF-8 becomes U+FFFD. */
export function fromUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const bad = /[^0-9a-fA-F]/u.exec(text)?.[0]
  if (bad) {
    const code = bad.codePointAt(0) ?? 0
    throw fail(
      `encoding/hex: invalid byte: U+${code.toString(16).toUpperCase().padStart(4, '0')} '${bad}'`,
    )
  }
  if (text.length % 2 !== 0) throw fail('encoding/hex: odd length hex string')
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const urlSafe = `${standard.slice(0, 62)}-_`
const digits: ReadonlyMap<string, number> = new Map(
  Array.from(standard).map((char, value) => [char, value]),
)

export type Base64Options = { readonly url?: boolean; readonly padding?: boolean }

export function toBase64(bytes: Uint8Array, options: Base64Options = {}): string {
  const alphabet = options.url ? urlSafe : standard
  const pad = options.padding === false ? '' : '='
  let text = ''
  for (let i = 0; i < bytes.length; i += 3)
    text += encodeGroup(bytes.subarray(i, i + 3), alphabet, pad)
  return text
}

/** One to three bytes as four characters. */
function encodeGroup(bytes: Uint8Array, alphabet: string, pad: string): string {
  const [a = 0, b = 0, c = 0] = bytes
  const group = (a << 16) | (b << 8) | c
  const chars = [18, 12, 6, 0].map((shift) => alphabet[(group >> shift) & 63])
  return chars.slice(0, bytes.length + 1).join('') + pad.repeat(3 - bytes.length)
}

/** RFC 4648 §4, line ends ignored; with `padding`, the padding must be there. */
export function fromBase64(text: string, options: Base64Options = {}): Uint8Array<ArrayBuffer> {
  const clean = text.replace(/[\r\n]/g, '')
  const converted = options.url ? fromUrlSafe(clean) : clean
  const body = converted.replace(/={1,2}$/, '')
  const wrong = findWrong(body)
  if (wrong >= 0) throw corrupt(wrong)
  const missing = (4 - (body.length % 4)) % 4
  const padding = options.padding === false ? 0 : missing
  if (missing === 3 || converted.length - body.length !== padding)
    throw corrupt(body.length - (body.length % 4))
  return decodeDigits(body)
}

function fromUrlSafe(text: string): string {
  return text.replace(/[+/]/g, '!').replaceAll('-', '+').replaceAll('_', '/')
}

function decodeDigits(body: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor((body.length * 3) / 4))
  for (let i = 0, at = 0; i < body.length; i += 4) {
    const group = [0, 1, 2, 3].reduce(
      (sum, j) => (sum << 6) | (digits.get(body[i + j] ?? 'A') ?? 0),
      0,
    )
    for (const shift of [16, 8, 0]) if (at < bytes.length) bytes[at++] = (group >> shift) & 255
  }
  return bytes
}

function findWrong(body: string): number {
  for (let i = 0; i < body.length; i++) if (!digits.has(body[i] ?? '')) return i
  return -1
}

function corrupt(at: number): Error {
  return fail(`illegal base64 data at input byte ${at}`)
}
