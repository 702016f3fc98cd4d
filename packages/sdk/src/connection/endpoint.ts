import { readFile } from 'node:fs/promises'

/** An API address as people write it: `host:port`, or a URL without a path. */
export interface Endpoint {
  /** For messages: `control plane`, `artifact CAS`. */
  readonly name: string
  /** `host:port` */
  readonly address: string
  readonly baseUrl: string
  /** PEM of the certificate authority, when it is not one that the system trusts. */
  readonly ca?: string | undefined
}

export interface EndpointOptions {
  readonly name: string
  readonly address: string
  /** Speak cleartext HTTP/2. */
  readonly insecure?: boolean | undefined
  readonly ca?: string | undefined
}

export class InvalidAddress extends TypeError {
  override readonly name = 'InvalidAddress'
}

/** Throws `InvalidAddress` for anything but `host:port`, `http://host:port` and `https://host[:port]`. */
export function parseEndpoint({ name, address, insecure = false, ca }: EndpointOptions): Endpoint {
  const url = parse(address, insecure)
  if (url === undefined || url.pathname !== '/' || url.search !== '' || url.username !== '') {
    throw new InvalidAddress(
      `the ${name} address must be host:port, not ${JSON.stringify(address)}`,
    )
  }
  if (url.protocol === 'http:' && !insecure) {
    throw new InvalidAddress(
      `the ${name} address ${address} is cleartext: ask for it with insecure`,
    )
  }
  return { name, address: url.host, baseUrl: url.origin, ca }
}

function parse(address: string, insecure: boolean): URL | undefined {
  const spelled = /^https?:\/\//.test(address)
    ? address
    : `${insecure ? 'http' : 'https'}://${address}`
  return URL.canParse(spelled) ? new URL(spelled) : undefined
}

/** A certificate authority as PEM text, as base64 of it, or as the path of a file. */
export async function readCertificateAuthority(value: string): Promise<string> {
  if (value.includes('-----BEGIN CERTIFICATE-----')) return value

  const decoded = Buffer.from(value, 'base64').toString('utf8')
  if (decoded.includes('-----BEGIN CERTIFICATE-----')) return decoded

  return readFile(value, 'utf8')
}
