/**
 * Names of files as values of HTTP headers, which hold printable ASCII and are cut off beyond 2 KiB. Plain names are
 * written as they are, which is what existing data looks like; others percent-encoded under a second key.
 */
export const AUTHOR = 'chainloop.dev'

const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/
const MAX_ENCODED = 1200

/** `utf8Key`: the key of names that are not plain. */
export function nameMetadata(name: string, utf8Key: string): Record<string, string> {
  if (PLAIN.test(name) && name.length <= MAX_ENCODED) return { filename: name }
  const plain =
    name
      .replaceAll(/[^\x20-\x7e]/g, '_')
      .trim()
      .slice(0, MAX_ENCODED) || '_'
  return { filename: plain, [utf8Key]: encoded(name) }
}

/** Keys in any case. Undefined when the metadata has none. */
export function nameFrom(metadata: Metadata, utf8Key: string): string | undefined {
  const utf8 = valueOf(metadata, utf8Key)
  if (utf8 !== undefined) return decoded(utf8)
  const filename = valueOf(metadata, 'filename')
  return filename === undefined ? undefined : repaired(filename)
}

/** Whether a program of this family wrote it. */
export function isOurs(metadata: Metadata): boolean {
  return valueOf(metadata, 'author') === AUTHOR
}

export type Metadata = Readonly<Record<string, string | undefined>>

function valueOf(metadata: Metadata, key: string): string | undefined {
  return Object.entries(metadata).find(([name]) => name.toLowerCase() === key)?.[1]
}

/** Cut between characters. */
function encoded(name: string): string {
  let result = ''
  for (const character of name.toWellFormed()) {
    const next = encodeURIComponent(character)
    if (result.length + next.length > MAX_ENCODED) break
    result += next
  }
  return result
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Other programs wrote UTF-8, which Node reads as Latin-1; or the storage says it in the way of mail (RFC 2047). */
function repaired(text: string): string {
  const [, kind, word = ''] = /^=\?utf-8\?([bq])\?(.*)\?=$/i.exec(text) ?? []
  if (kind?.toLowerCase() === 'b') return Buffer.from(word, 'base64').toString()
  if (kind) return decoded(word.replaceAll('%', '%25').replaceAll('_', ' ').replaceAll('=', '%'))
  if (!/[\x80-\xff]/.test(text)) return text
  const utf8 = Buffer.from(text, 'latin1').toString()
  return utf8.includes('\ufffd') ? text : utf8
}
