import { posix } from 'node:path'

import type { DocumentReference } from './document-reference.ts'

/** A reference that leads nowhere, or to where it must not. */
export class ReferenceRefused extends Error {
  override readonly name = 'ReferenceRefused'
}

/**
 * Where a document is: `file://` and a normalized path relative to the contract, an absolute URL, or `chainloop://`
 * and the name in the store, with the digest where one is asked for. References without a scheme are relative paths
 * for scripts and names for all else.
 * Throws `ReferenceRefused`.
 * @param referrer Location of the document that refers; empty: the contract.
 */
export function locate({ kind, reference, digest }: DocumentReference, referrer: string): string {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(reference) ?? []
  switch (scheme?.toLowerCase()) {
    case undefined:
      if (kind === 'script') return relative(reference, referrer)
      return stored({ name: reference, digest }, referrer)
    case 'chainloop':
      return stored({ name: reference.slice('chainloop://'.length), digest }, referrer)
    case 'http':
    case 'https':
      return absolute(reference)
    case 'file':
      return file(reference.slice('file://'.length), referrer)
    default:
      throw new ReferenceRefused(`${shown(reference)}: ${scheme}:// is not a place of policies`)
  }
}

export function isFile(location: string): boolean {
  return location.startsWith('file://')
}

export function isStored(location: string): boolean {
  return location.startsWith('chainloop://')
}

export function isWeb(location: string): boolean {
  return /^https?:\/\//.test(location)
}

/**
 * One name stands for several documents: those that their digests say, and the latest. What a document of a provider
 * names is there, too.
 */
function stored(
  { name, digest }: { readonly name: string; readonly digest: DocumentReference['digest'] },
  referrer: string,
): string {
  const [, provider] = /^chainloop:\/\/([^:/@]+):/.exec(referrer) ?? []
  const isRelative = provider !== undefined && !/^[^/@]+:/.test(name)
  const whole = isRelative ? `${provider}:${name}` : name
  return `chainloop://${whole}${digest === undefined ? '' : `@${digest}`}`
}

function relative(path: string, referrer: string): string {
  if (isWeb(referrer)) return absolute(path, referrer)
  return file(path, referrer)
}

function absolute(address: string, base?: string): string {
  const url = URL.parse(address, base)
  if (!url) throw new ReferenceRefused(`${shown(address)} is not an address`)
  if (url.username !== '' || url.password !== '') {
    throw new ReferenceRefused(`${shown(address)} contains credentials`)
  }
  if (!isWeb(url.href)) throw new ReferenceRefused(`${shown(address)} leaves http`)
  url.hash = ''
  return url.href
}

function file(path: string, referrer: string): string {
  if (isStored(referrer)) {
    throw new ReferenceRefused(`${shown(path)}: ${referrer} is stored without files beside it`)
  }
  if (isWeb(referrer)) {
    throw new ReferenceRefused(`${shown(path)}: a document from ${referrer} refers to a local file`)
  }
  if (path === '' || path.endsWith('/') || /[\0\\]/.test(path)) {
    throw new ReferenceRefused(`${shown(path)} is not the path of a file`)
  }
  const folder = posix.dirname(referrer.slice('file://'.length))
  return `file://${posix.normalize(path.startsWith('/') ? path : posix.join(folder, path))}`
}

function shown(reference: string): string {
  return JSON.stringify(reference.length > 200 ? `${reference.slice(0, 200)}…` : reference)
}
