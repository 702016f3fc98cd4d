import ipaddr from 'ipaddr.js'

import { contains, parseAddress } from '../egress/address.ts'

type Address = NonNullable<ReturnType<typeof parseAddress>>
export type TrustedProxies = readonly (readonly [Address, number])[]

/** Addresses and CIDRs. Throws one TypeError that names every entry it cannot read. */
export function parseProxies(entries: readonly string[]): TrustedProxies {
  const parsed = entries.map((entry) => ({ entry, network: parseNetwork(entry) }))
  const unreadable = parsed.filter(({ network }) => !network).map(({ entry }) => entry)
  if (unreadable.length > 0) {
    throw new TypeError(`not an address or CIDR: ${unreadable.join(', ')}`)
  }
  return parsed.flatMap(({ network }) => (network ? [network] : []))
}

/**
 * Whom a request comes from, as a key for limits: an IPv4 address, or the /64 that an IPv6 client has to itself.
 * `X-Forwarded-For` is believed from the right, as far as trusted proxies wrote it; the rest is the client's invention.
 */
export function clientAddress(
  { peer, forwardedFor }: { readonly peer: string; readonly forwardedFor: string },
  trusted: TrustedProxies,
): string {
  const hops = [...forwardedFor.split(','), peer].map((hop) => parseAddress(hop.trim()))
  const nearestFirst = hops.toReversed()
  const isTrusted = (hop: Address): boolean => trusted.some((network) => contains(network, hop))
  const end = nearestFirst.findIndex((hop) => !hop || !isTrusted(hop))
  const client = nearestFirst[end] ?? nearestFirst[end < 0 ? nearestFirst.length - 1 : end - 1]
  return client ? keyOf(client) : 'unknown'
}

function keyOf(address: Address): string {
  if (address.kind() === 'ipv4') return address.toString()
  const network = address.toByteArray().map((byte, index) => (index < 8 ? byte : 0))
  return `${ipaddr.fromByteArray(network).toString()}/64`
}

function parseNetwork(entry: string): readonly [Address, number] | undefined {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry)
  const address = parseAddress(entry)
  return address && [address, address.kind() === 'ipv4' ? 32 : 128]
}
