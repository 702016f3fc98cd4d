import ipaddr from 'ipaddr.js'

import { contains, parseAddress } from './address.ts'

/** What an operator opened for outgoing requests. A name opens whatever it resolves to; an address or a CIDR only itself. */
export interface AllowList {
  allowsHost(host: string, port: number): boolean
  allowsAddress(address: string, port: number): boolean
}

type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

interface Entry {
  readonly host?: string
  readonly network?: Network
  readonly port?: number
}

/**
 * Reads entries of the forms `host`, `host:port`, `10.0.0.0/8`, `10.1.2.3:8080`, `fd00::/8`, `[::1]:8080`.
 * Throws one TypeError that names every entry it cannot read.
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  const parsed = entries.map((entry) => ({ entry, value: parseEntry(entry.trim()) }))
  const unreadable = parsed.filter(({ value }) => !value).map(({ entry }) => JSON.stringify(entry))
  if (unreadable.length > 0) {
    throw new TypeError(`not a host, host:port, address or CIDR: ${unreadable.join(', ')}`)
  }
  const values = parsed.flatMap(({ value }) => (value ? [value] : []))
  const portFits = (entry: Entry, port: number): boolean =>
    entry.port === undefined || entry.port === port

  return {
    allowsHost: (host, port) =>
      values.some((entry) => entry.host === canonicalHost(host) && portFits(entry, port)),
    allowsAddress(address, port) {
      const ip = parseAddress(address)
      return (
        ip !== undefined &&
        values.some(
          (entry) => entry.network && contains(entry.network, ip) && portFits(entry, port),
        )
      )
    },
  }
}

/** Lower case, without the root dot and without the brackets of an IPv6 address. */
export function canonicalHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
}

function parseEntry(entry: string): Entry | undefined {
  if (ipaddr.isValidCIDR(entry)) return { network: ipaddr.parseCIDR(entry) }
  if (ipaddr.isValid(entry)) return { network: single(entry) }
  const [, host = '', port] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(entry) ?? []
  if (port === undefined) return parseHost(canonicalHost(host))
  const target = parseHost(canonicalHost(host))
  return target && isPort(Number(port)) ? { ...target, port: Number(port) } : undefined
}

function parseHost(host: string): Entry | undefined {
  if (ipaddr.isValid(host)) return { network: single(host) }
  return isHostName(host) ? { host } : undefined
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535
}

function single(address: string): Network {
  const parsed = parseAddress(address) ?? ipaddr.parse(address)
  return [parsed, parsed.kind() === 'ipv6' ? 128 : 32]
}

/** RFC 1123 §2.1; a last label of digits would be an address. */
function isHostName(name: string): boolean {
  const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/
  const labels = name.split('.')
  return (
    name.length <= 253 && labels.every((l) => label.test(l)) && !/^\d+$/.test(labels.at(-1) ?? '')
  )
}
