import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'

import { forbiddenRange } from './address.ts'
import { canonicalHost, parseAllowList } from './allow-list.ts'

export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<readonly { address: string }[]>

/** The target is not one that outsiders may send this service to. The message names it and is fit to show. */
export class EgressRefused extends Error {
  override readonly name = 'EgressRefused'
}

export interface EgressGuard {
  /**
   * The addresses to connect to, all of them checked. Connect to one of these and never resolve again, otherwise the
   * answer may have changed. Throws `EgressRefused`, or what the resolver throws.
   */
  resolve(host: string, port: number): Promise<readonly ResolvedAddress[]>
}

export interface EgressOptions {
  /** `host[:port]`, addresses and CIDRs that are open although they are not public. */
  readonly allow: readonly string[]
  readonly resolve?: Resolve
}

export function createEgressGuard({ allow, resolve = systemResolve }: EgressOptions): EgressGuard {
  const allowed = parseAllowList(allow)

  return {
    async resolve(host, port) {
      const name = canonicalHost(host)
      const found = isIP(name) ? [{ address: name }] : await resolve(name)
      if (found.length === 0) throw new EgressRefused(`${name} has no address`)
      if (!allowed.allowsHost(name, port)) {
        for (const { address } of found) {
          const range = forbiddenRange(address)
          if (range && !allowed.allowsAddress(address, port)) throw refused(name, port, range)
        }
      }
      return found.map(({ address }) => ({ address, family: isIP(address) === 6 ? 6 : 4 }))
    },
  }
}

/** Says the range and not the address: what an internal name resolves to is nobody else's business. */
function refused(host: string, port: number, range: string): EgressRefused {
  return new EgressRefused(
    `requests to ${host}:${port} are not allowed: its address is not public (${range}); ` +
      'an operator can allow it with CHAINLOOP_EGRESS_ALLOW',
  )
}

async function systemResolve(host: string): Promise<{ address: string }[]> {
  return await lookup(host, { all: true })
}

/** For sockets: answers with what was checked, whatever the name says by now. */
export function pinned(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, options, done) => {
    const [first] = addresses
    if (options.all || !first) done(null, [...addresses])
    else done(null, first.address, first.family)
  }
}
