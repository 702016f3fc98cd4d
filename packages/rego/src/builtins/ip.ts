export type Address = { readonly value: bigint; readonly bits: 32 | 128 }

/** A run of addresses, both ends included. */
export type Cidr = { readonly first: bigint; readonly last: bigint; readonly bits: 32 | 128 }

export function parseAddress(text: string): Address | undefined {
  const address = parseWritten(text)
  if (address?.bits !== 128) return address
  const v6 = address.value
  // An IPv4 address in IPv6 clothes, RFC 4291 §2.5.5.2.
  if (v6 >> 32n === 0xffffn) return { value: v6 & 0xffffffffn, bits: 32 }
  return { value: v6, bits: 128 }
}

/** The address in the family in which it is written. */
function parseWritten(text: string): Address | undefined {
  const v4 = parseV4(text)
  if (v4 !== undefined) return { value: v4, bits: 32 }
  const v6 = parseV6(text)
  return v6 === undefined ? undefined : { value: v6, bits: 128 }
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  if (!parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n)
}

function parseV6(text: string): bigint | undefined {
  const groups = readGroups(withoutEmbedded(text))
  if (!groups?.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n)
}

/** The last 32 bits may be written like an IPv4 address. */
function withoutEmbedded(text: string): string {
  const [, before = '', last = ''] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? []
  const v4 = parseV4(last)
  return v4 === undefined
    ? text
    : `${before}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`
}

/** Eight groups; `::` stands for one or more groups of zeros. */
function readGroups(text: string): string[] | undefined {
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':')))
  const [head = [], rest = []] = halves
  if (halves.length === 1) return head.length === 8 ? head : undefined
  const missing = 8 - head.length - rest.length
  if (halves.length > 2 || missing < 1) return undefined
  return [...head, ...Array<string>(missing).fill('0'), ...rest]
}

export function parseCidr(text: string): Cidr | undefined {
  const [host = '', length = '', ...more] = text.split('/')
  const address = parseWritten(host)
  if (!address || more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined
  return Number(length) > address.bits ? undefined : rangeOf(address, Number(length))
}

export function rangeOf({ value, bits }: Address, prefix: number): Cidr {
  const size = 1n << BigInt(bits - prefix)
  const first = value - (value % size)
  return { first, last: first + size - 1n, bits }
}

/** The CIDRs that make up the run, the biggest possible ones from the start. */
export function splitRange({ first, last, bits }: Cidr): Cidr[] {
  const parts: Cidr[] = []
  for (let at = first; at <= last;) {
    let size = at === 0n ? 1n << BigInt(bits) : at & -at
    while (at + size - 1n > last) size >>= 1n
    parts.push({ first: at, last: at + size - 1n, bits })
    at += size
  }
  return parts
}

export function formatRange({ first, last, bits }: Cidr): string {
  const host = (last - first + 1n).toString(2).length - 1
  return `${formatAddress(first, bits)}/${bits - host}`
}

export function formatAddress(value: bigint, bits: 32 | 128): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.')
  const groups = Array.from({ length: 8 }, (_, i) =>
    ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16),
  )
  return compress(groups)
}

/** RFC 5952: the longest run of two or more zero groups, the first of equals, becomes `::`. */
function compress(groups: readonly string[]): string {
  let best = { start: -1, length: 1 }
  for (let i = 0; i < 8; i++) {
    let length = 0
    while (groups[i + length] === '0') length += 1
    if (length > best.length) best = { start: i, length }
  }
  if (best.start < 0) return groups.join(':')
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`
}
