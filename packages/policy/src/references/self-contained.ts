import { decodeUtf8, InvalidJson } from '@chainloop/attestation/json/parse-json'
import { type Document, isAlias, isMap, isSeq, parseDocument, Scalar, type YAMLMap } from 'yaml'

import { languageOf } from '../languages/languages.ts'
import type { Closure } from './close-references.ts'
import { documentReference, type DocumentKind } from './document-reference.ts'
import { isStored, ReferenceRefused } from './locate.ts'
import { pinnedDocument } from './pinned-document.ts'

interface Place {
  readonly closure: Closure
  /** Location of the document; empty: the outermost. */
  readonly referrer: string
}

/**
 * A policy or group that needs nothing beside it: scripts and policies from files and addresses are written into it,
 * names in the store get the digest of what they stand for now. A document that refers to nothing stays as it is,
 * byte for byte. The closure is that of the document (`closeDocument`). Throws `ReferenceRefused`.
 */
export function selfContained(
  kind: Exclude<DocumentKind, 'script'>,
  bytes: Uint8Array,
  place: Place,
): Uint8Array {
  if (place.closure.pins.every(({ referrer }) => referrer !== place.referrer)) return bytes
  const document = completed(kind, bytes, place)
  return Buffer.from(document.toString({ lineWidth: 0 }))
}

function completed(kind: DocumentKind, bytes: Uint8Array, place: Place): Document.Parsed {
  const document = parseDocument(decodeUtf8(bytes))
  const spec = reader(document)(document.contents, 'spec')
  if (kind === 'policy') completeScripts(document, spec, place)
  else completeGroup(document, spec, place)
  return document
}

function completeGroup(document: Document.Parsed, spec: unknown, place: Place): void {
  const member = reader(document)
  const policies = member(spec, 'policies')
  const materials = items(document, member(policies, 'materials'))
  const attachments = [
    ...materials.flatMap((material) => items(document, member(material, 'policies'))),
    ...items(document, member(policies, 'attestation')),
  ]
  for (const attachment of attachments) completeAttachment(document, attachment, place)
}

function completeAttachment(document: Document.Parsed, attachment: YAMLMap, place: Place): void {
  const { closure, referrer } = place
  const ref = attachment.get('ref')
  if (typeof ref !== 'string') {
    const embedded = reader(document)(attachment, 'embedded')
    completeScripts(document, reader(document)(embedded, 'spec'), place)
    return
  }
  const { bytes, location, pin } = pinnedDocument(closure, { kind: 'policy', ref, referrer })
  if (isStored(location)) {
    attachment.set('ref', `${documentReference('policy', ref).reference}@${pin.digest}`)
    return
  }
  attachment.delete('ref')
  const policy = completed('policy', bytes, { closure, referrer: location })
  attachment.set('embedded', policy.contents)
}

/** Those of the list, and the one of the first version of the document. */
function completeScripts(document: Document.Parsed, spec: unknown, place: Place): void {
  const scripts = items(document, reader(document)(spec, 'policies'))
  for (const script of [...scripts, ...(isMap(spec) ? [spec] : [])]) {
    const key = script.has('ref') ? 'ref' : 'path'
    const ref = script.get(key)
    if (typeof ref === 'string') writeScript(script, { key, ref }, place)
  }
}

function writeScript(
  script: YAMLMap,
  { key, ref }: { readonly key: string; readonly ref: string },
  { closure, referrer }: Place,
): void {
  const { bytes } = pinnedDocument(closure, { kind: 'script', ref, referrer })
  const text = new Scalar(textOf(ref, bytes))
  text.type = Scalar.BLOCK_LITERAL
  const language = languageOf(undefined, ref)
  script.delete(key)
  script.set('embedded', text)
  if (language !== 'rego' && !script.has('language')) script.set('language', language)
}

function textOf(ref: string, bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes)
  } catch (cause) {
    if (!(cause instanceof InvalidJson)) throw cause
    throw new ReferenceRefused(`${ref} is not UTF-8`)
  }
}

/** A member of a mapping, whatever alias stands for either. */
function reader(document: Document.Parsed): (node: unknown, key: string) => unknown {
  const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node)
  return (node, key) => {
    const map = resolved(node)
    return isMap(map) ? resolved(map.get(key, true)) : undefined
  }
}

function items(document: Document.Parsed, node: unknown): YAMLMap[] {
  if (!isSeq(node)) return []
  return node.items
    .map((item) => (isAlias(item) ? item.resolve(document) : item))
    .filter((item) => isMap(item))
}
