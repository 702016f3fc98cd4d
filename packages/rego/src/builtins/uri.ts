import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { fail, stringAt } from './operands.ts'
import { define } from './registry.ts'
import type { Builtin } from './registry.ts'

/** RFC 3986 appendix B. */
const form = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s

function parse(text: string): RegoObject | undefined {
  const [, scheme, authority, path = '', query, fragment] = form.exec(text) ?? []
  const host = authority === undefined ? {} : readAuthority(authority)
  if (isMalformed(text) || !host || (!scheme && /^[^/?#]*:/.test(path))) return undefined
  const fields: Record<string, Value | undefined> = {
    scheme: scheme?.toLowerCase(),
    ...host,
    ...pathFields(path, scheme),
    raw_query: query,
    fragment: fragment && decode(fragment),
  }
  const present = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')
  return RegoObject.from(present as [string, Value][])
}

function isMalformed(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is refused
  return /[\u0000-\u001f\u007f]/.test(text) || /%(?![0-9a-fA-F]{2})/.test(text)
}

/** What follows a scheme without a slash is no path, as in `mailto:`. */
function pathFields(path: string, scheme: string | undefined): Record<string, Value> {
  if (path === '' || (scheme && !path.startsWith('/'))) return {}
  return { path: decode(path), raw_path: rawPath(path) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The path as written only where the usual escapes would give another text. */
function rawPath(path: string): string {
  const usual = encodeURI(decode(path)).replaceAll('%5B', '[').replaceAll('%5D', ']')
  return usual === path ? decode(path) : path
}

function readAuthority(authority: string): Record<string, string> | undefined {
  const at = authority.lastIndexOf('@')
  const host = authority.slice(at + 1)
  const match = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d*))?$/.exec(host)
  if (!match || /[ <>"{}|\\^`]/.test(host)) return undefined
  const [, name = '', port = ''] = match
  return { ...(port && { port }), hostname: name.replace(/^\[|\]$/g, '') }
}

export const uri: readonly Builtin[] = [
  define('uri.parse(string) -> object', 'The parts of a URI.', (args) => {
    const parts = parse(stringAt(args, 0))
    if (!parts) throw fail('invalid URI')
    return parts
  }),
  define(
    'uri.is_valid(any) -> boolean',
    'Whether the value is a URI.',
    ([value]) => typeof value === 'string' && value !== '' && parse(value) !== undefined,
  ),
]
