import { parseJson } from '@chainloop/attestation/json/parse-json'
import { InvalidJson } from '@chainloop/attestation/json/parse-json'
import {
  isPresent,
  itemsAt,
  member,
  Misshapen,
  objectAt,
  optional,
  root,
  stringAt,
} from '@chainloop/attestation/json/shape'
import type { Place } from '@chainloop/attestation/json/shape'
import { STATEMENT_MEDIA_TYPE } from '@chainloop/attestation/predicate/predicate'
import { PROVENANCE_TYPE } from '@chainloop/attestation/provenance/slsa'
import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { VerificationFailed } from '@chainloop/attestation/verify/verification'
import type { Verified } from '@chainloop/attestation/verify/verification'
import { verifyBundle } from '@chainloop/attestation/verify/verify-bundle'

import type { Signer } from '../signers/signer.ts'
import type { ForeignSignature } from './field-status.ts'
import type { ForeignBundle } from './foreign-envelope.ts'
import { assertInWindow } from './registered-signers.ts'

/** Who signed it, among those whom operators have registered for materials; or why none of them is believed. */
export type ForeignVerdict =
  | { readonly signature: Omit<ForeignSignature, 'digest'> }
  | { readonly problems: readonly string[] }

export function verifyForeign(foreign: ForeignBundle, signers: readonly Signer[]): ForeignVerdict {
  const problems: string[] = []
  for (const signer of signers) {
    try {
      return { signature: signatureBy(signer, foreign) }
    } catch (cause) {
      if (!(cause instanceof VerificationFailed)) throw cause
      problems.push(`not by ${signer.name}: ${cause.message}`)
    }
  }
  return { problems: signers.length === 0 ? ['no signer of materials is registered'] : problems }
}

/** Throws `VerificationFailed`. */
function signatureBy(
  signer: Signer,
  { bundle, format }: ForeignBundle,
): Omit<ForeignSignature, 'digest'> {
  const verified = verifyBundle({ bundle, ...trustIn(signer) })
  assertInWindow(signer, verified)
  const { subject: identity, issuer } = verified.identity ?? {}
  return {
    signer: { id: signer.id, name: signer.name },
    ...(identity !== undefined && { identity }),
    ...(issuer !== undefined && { issuer }),
    ...readForeign(verified),
    checks: checksOf(signer, { verified, format }),
  }
}

/** The operator's material and nothing of this instance: it has stamped and logged nothing of it. */
function trustIn({ kind, material, identity, issuer }: Signer) {
  if (kind === 'public_key') return { key: Buffer.from(material).toString('utf8') }
  return {
    trust: parseTrustRoot(material),
    ...(identity !== '' && { identity: { pattern: identity } }),
    ...(issuer !== '' && { issuer }),
  }
}

function checksOf(
  signer: Signer,
  { verified, format }: { readonly verified: Verified; readonly format: string },
): string[] {
  const { kind, identity, issuer } = signer
  const times = new Set(verified.timestamps.map(({ source }) => source))
  return [
    `${format}, one signature over the statement`,
    kind === 'public_key' ? 'by the registered key' : 'by a certificate of the registered root',
    ...(identity === '' ? [] : ['identity']),
    ...(issuer === '' ? [] : ['issuer']),
    ...(times.size === 0
      ? ['the time of signing is not known']
      : [...[...times].map((source) => `time by ${source}`), 'window of the signer']),
  ]
}

type Read = Pick<ForeignSignature, 'predicateType' | 'subjects' | 'builderId'>

function readForeign({ payload, payloadType }: Verified): Read {
  if (payloadType !== STATEMENT_MEDIA_TYPE) throw notAStatement(payloadType ?? 'no envelope')
  try {
    return statementAt(root(parseJson(payload)))
  } catch (cause) {
    if (cause instanceof Misshapen || cause instanceof InvalidJson) {
      throw notAStatement(cause.message, cause)
    }
    throw cause
  }
}

function statementAt(place: Place): Read {
  const predicateType = stringAt(member(place, 'predicateType'))
  const builderId = builderIn(predicateType, member(place, 'predicate'))
  return {
    predicateType,
    subjects: itemsAt(member(place, 'subject')).flatMap((subject) => {
      const { sha256 } = objectAt(member(subject, 'digest'))
      return typeof sha256 === 'string' ? [`sha256:${sha256}`] : []
    }),
    ...(builderId !== undefined && { builderId }),
  }
}

/** https://slsa.dev/spec/v1.0/provenance and https://slsa.dev/spec/v0.2/provenance */
function builderIn(predicateType: string, predicate: Place): string | undefined {
  if (predicateType === PROVENANCE_TYPE) return idOf(member(predicate, 'runDetails'))
  return predicateType === 'https://slsa.dev/provenance/v0.2' ? idOf(predicate) : undefined
}

function idOf(place: Place): string | undefined {
  if (!isPresent(place)) return undefined
  const builder = member(place, 'builder')
  return isPresent(builder) ? optional(member(builder, 'id'), stringAt) : undefined
}

function notAStatement(problem: string, cause?: unknown): VerificationFailed {
  return new VerificationFailed(
    'statement_unexpected',
    `it signs no in-toto statement: ${problem}`,
    {
      cause,
    },
  )
}
