import type { Closure, Pin } from './close-references.ts'
import { documentReference, type DocumentKind } from './document-reference.ts'

/** A reference that the closure does not have. */
export class NotPinned extends Error {
  override readonly name = 'NotPinned'
}

export interface PinnedReference {
  readonly kind: DocumentKind
  /** As it is written. */
  readonly ref: string
  /** Location of the document that it is written in; absent: the contract. */
  readonly referrer?: string
}

export interface PinnedDocument {
  readonly bytes: Uint8Array
  readonly location: string
  readonly pin: Pin
}

/** What a reference stood for when the contract was closed, whatever is there now. Throws `NotPinned`. */
export function pinnedDocument(
  { pins, documents }: Closure,
  { kind, ref, referrer = '' }: PinnedReference,
): PinnedDocument {
  const { reference } = documentReference(kind, ref)
  const pin = pins.find(
    (one) => one.kind === kind && one.reference === reference && one.referrer === referrer,
  )
  const bytes = pin && documents.get(pin.digest)
  if (!pin || !bytes) throw new NotPinned(`${ref} is not pinned in the contract`)
  return { bytes, location: pin.location, pin }
}
