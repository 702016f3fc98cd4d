import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Public unicast addresses that answer with a machine's credentials all the same. */
const platformAddresses = new Map([['168.63.129.16', 'metadata']])

const nat64: readonly [ipaddr.IPv6, number] = ipaddr.IPv6.parseCIDR('64:ff9b::/96')

/** Not in the IANA tables that the library carries: deprecated site-local, and IPv4-compatible addresses. */
const oldRanges: readonly [ipaddr.IPv6, number][] = [
  ipaddr.IPv6.parseCIDR('fec0::/10'),
  ipaddr.IPv6.parseCIDR('::/96'),
]

/** The name of the range that nobody outside may send us to, or undefined for a public unicast address. */
export function forbiddenRange(address: string): string | undefined {
  const parsed = parseAddress(address)
  if (!parsed) return 'unreadable'
  const known = platformAddresses.get(parsed.toString())
  if (known) return known
  if (oldRanges.some((range) => contains(range, parsed))) return 'reserved'
  const range = parsed.range()
  return range === 'unicast' ? undefined : range
}

/**
 * The address that packets really reach: IPv4-mapped (RFC 4291 §2.5.5.2) and NAT64 (RFC 6052 §2.1) addresses are
 * judged by the IPv4 address inside.
 */
export function parseAddress(address: string): Address | undefined {
  const [text = ''] = address.split('%', 1)
  if (!ipaddr.isValid(text)) return undefined
  const parsed = ipaddr.process(text)
  if (!isV6(parsed) || !parsed.match([...nat64])) return parsed
  return ipaddr.fromByteArray(parsed.toByteArray().slice(12))
}

/** False across families instead of an exception. */
export function contains(range: readonly [Address, number], address: Address): boolean {
  const [network, bits] = range
  if (isV6(network)) return isV6(address) && address.match(network, bits)
  return !isV6(address) && address.match(network, bits)
}

function isV6(address: Address): address is ipaddr.IPv6 {
  return address.kind() === 'ipv6'
}
