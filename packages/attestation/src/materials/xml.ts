import { TextDecoder } from 'node:util'

import sax from 'sax'
import type { Tag } from 'sax'

import { InvalidMaterial } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import { isEncodingError } from './list-crafter.ts'
import type { MaterialKind } from './material-kind.ts'

/** An element as it opens: `path` are the names of those around it and its own. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly path: readonly string[]
}

export const MAX_XML_DEPTH = 256
/** In characters, of one attribute, comment or declaration; text is passed on in pieces. */
export const MAX_XML_TOKEN_LENGTH = 1024 * 1024
Object.assign(sax, { MAX_BUFFER_LENGTH: MAX_XML_TOKEN_LENGTH })

/**
 * Reads well-formed XML as a stream. Document type declarations with entities are refused: nobody who reports results
 * needs them, and expanding them is an attack (CWE-776, CWE-611).
 */
export async function readXml(
  kind: MaterialKind,
  evidence: Evidence,
  open: XmlEvents['open'],
): Promise<void> {
  await readXmlEvents(kind, evidence, { open })
}

export interface XmlEvents {
  readonly open: (element: XmlElement) => void
  /** Text and character data, in pieces. */
  readonly text?: (text: string) => void
  readonly close?: () => void
}

/** The same for who also wants what is between the elements. */
export async function readXmlEvents(
  kind: MaterialKind,
  evidence: Evidence,
  { open, text: hear, close }: XmlEvents,
): Promise<void> {
  const parser = sax.parser(true, { position: true })
  const fail = (message: string): never => {
    const place = `line ${parser.line + 1}, column ${parser.column}`
    throw new InvalidMaterial(kind, `${evidence.name} is not ${kind}: ${place}: ${message}`)
  }
  const path: string[] = []
  let roots = 0
  Object.assign(parser, {
    onerror: ({ message }: Error) => fail(message.split('\n')[0] ?? 'malformed XML'),
    ondoctype: (doctype: string) => {
      if (/<!ENTITY/i.test(doctype)) fail('entity declarations are refused')
    },
    onopentag: ({ name, attributes }: Tag) => {
      path.push(name)
      if (path.length === 1) roots += 1
      if (roots > 1) fail('a second root element')
      if (path.length > MAX_XML_DEPTH) fail(`nested deeper than ${MAX_XML_DEPTH} elements`)
      open({ name, attributes, path })
    },
    onclosetag: () => {
      path.pop()
      close?.()
    },
    ...(hear && { ontext: hear, oncdata: hear }),
  })
  for await (const text of decoded(evidence, fail)) parser.write(text)
  parser.close()
}

/** In the encoding of the byte order mark or the declaration, by default UTF-8. */
async function* decoded(
  evidence: Evidence,
  fail: (message: string) => never,
): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined
  try {
    for await (const chunk of evidence.open()) {
      if (chunk.length === 0) continue
      if (!decoder) {
        decoder = decoderFor(chunk)
        if (!startsLikeXml(decoder, chunk)) return fail('it does not start with "<"')
      }
      yield decoder.decode(chunk, { stream: true })
    }
    if (decoder) yield decoder.decode()
  } catch (cause) {
    if (isEncodingError(cause)) return fail('its text is not in the encoding that it states')
    throw cause
  }
}

function decoderFor(head: Uint8Array): TextDecoder {
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be', { fatal: true })
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le', { fatal: true })
  const start = Buffer.from(head.subarray(0, 200)).toString('latin1')
  const declared = /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*?encoding=["']([\w.-]+)["']/.exec(start)?.[1]
  return new TextDecoder(declared ?? 'utf-8', { fatal: true })
}

function startsLikeXml({ encoding }: TextDecoder, head: Uint8Array): boolean {
  return new TextDecoder(encoding).decode(head.subarray(0, 200)).trimStart().startsWith('<')
}
