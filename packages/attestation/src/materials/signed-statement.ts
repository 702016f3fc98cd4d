import { base64At } from '../dsse/envelope.ts'
import { looksLikeBase64 } from '../json/base64.ts'
import type { JsonValue } from '../json/json-value.ts'
import { parseJson } from '../json/parse-json.ts'
import { Misshapen, isPresent, itemsAt, member, root, stringAt } from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { STATEMENT_MEDIA_TYPE } from '../predicate/predicate.ts'

export interface SignedStatement {
  readonly statement: Place
  /** Of the envelope; its signature is not verified here. */
  readonly defects: readonly string[]
}

/** The in-toto statement in a Sigstore bundle or, unless `bundleOnly`, in a bare DSSE envelope. */
export function signedStatement(
  document: Place,
  { bundleOnly }: { readonly bundleOnly: boolean },
): SignedStatement {
  const inBundle = member(document, 'dsseEnvelope')
  const envelope = !bundleOnly && !isPresent(inBundle) ? document : inBundle
  const type = member(envelope, 'payloadType')
  if (stringAt(type) !== STATEMENT_MEDIA_TYPE) {
    throw new Misshapen(
      type.path,
      `is ${JSON.stringify(type.value)}, not "${STATEMENT_MEDIA_TYPE}"`,
    )
  }
  const payload: JsonValue = parseJson(base64At(member(envelope, 'payload')))
  return { statement: root(payload), defects: signatureDefects(member(envelope, 'signatures')) }
}

function signatureDefects(signatures: Place): string[] {
  const given = itemsAt(signatures).map((signature) => base64At(member(signature, 'sig')))
  if (given.length === 0) throw new Misshapen(signatures.path, 'is empty')
  return given.some(looksLikeBase64) ? ['its signature is base64-encoded twice'] : []
}
