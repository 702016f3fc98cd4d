import { fromBase64, fromUtf8, toBase64 } from './bytes.ts'
import { fail } from './operands.ts'

export type PemBlock = { readonly label: string; readonly der: Uint8Array }

const block = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g

/** The blocks of a PEM text, RFC 7468, and whether there is anything else behind them. */
export function readPem(text: string): { blocks: PemBlock[]; rest: string } {
  const blocks: PemBlock[] = []
  let end = 0
  for (const match of text.matchAll(block)) {
    const [all, label = '', body = ''] = match
    const content = body.replace(/^[A-Za-z-]+:.*$/gm, '').replace(/\s+/g, '')
    blocks.push({ label, der: fromBase64(content) })
    end = match.index + all.length
  }
  return { blocks, rest: text.slice(end) }
}

/** Bytes given as PEM, as base64 of PEM, or as base64 of DER. */
export function readEncoded(text: string, label: string): Uint8Array[] {
  if (text.includes('-----BEGIN')) return blocksLabelled(text, label)
  const bytes = fromBase64(text)
  const inner = fromUtf8(bytes)
  return inner.includes('-----BEGIN') ? blocksLabelled(inner, label) : [bytes]
}

function blocksLabelled(text: string, label: string): Uint8Array[] {
  const { blocks } = readPem(text)
  const other = blocks.find((found) => !found.label.endsWith(label))
  if (other) throw fail(`PEM block type is '${other.label}', expected ${label}`)
  return blocks.map(({ der }) => der)
}

export function writePem(label: string, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
