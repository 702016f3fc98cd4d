import { InvalidJson, parseJson } from '../json/parse-json.ts'
import {
  itemsAt,
  member,
  Misshapen,
  optional,
  optionalItemsAt,
  root,
  stringMapAt,
  textAt,
} from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { STATEMENT_TYPE } from '../predicate/predicate.ts'
import { exactly } from '../predicate/statement-fields.ts'
import { DEVIATIONS, SUMMARY_TYPE } from './slsa.ts'

/** What a verifier found about an artifact; https://slsa.dev/spec/v1.1/verification_summary. */
export interface VerificationSummary {
  readonly subjectDigests: readonly string[]
  readonly verifier: string
  readonly timeVerified: Date
  readonly resourceUri: string
  readonly policy: { readonly uri: string; readonly digest: Readonly<Record<string, string>> }
  readonly inputs: readonly SummaryInput[]
  readonly result: 'PASSED' | 'FAILED'
  readonly verifiedLevels: readonly string[]
  readonly deviations: readonly Deviation[]
}

export interface SummaryInput {
  readonly uri: string
  readonly digest: Readonly<Record<string, string>>
}

/** Something that did not hold and was let through: an exception that somebody granted, or a gate that was broken. */
export interface Deviation {
  readonly type: 'exception' | 'break-glass'
  readonly policy: string
  readonly reason: string
  /** Names who decided. */
  readonly by: string
}

/** The bytes are no verification summary. The message names the field. */
export class InvalidSummary extends Error {
  override readonly name = 'InvalidSummary'
}

export function parseSummary(bytes: Uint8Array): VerificationSummary {
  try {
    return summaryAt(root(parseJson(bytes)))
  } catch (cause) {
    if (cause instanceof Misshapen || cause instanceof InvalidJson) {
      throw new InvalidSummary(`not a verification summary: ${cause.message}`, { cause })
    }
    throw cause
  }
}

function summaryAt(place: Place): VerificationSummary {
  exactly(member(place, '_type'), STATEMENT_TYPE)
  exactly(member(place, 'predicateType'), SUMMARY_TYPE)
  const predicate = member(place, 'predicate')
  const policy = member(predicate, 'policy')
  return {
    subjectDigests: itemsAt(member(place, 'subject')).flatMap(digestsAt),
    verifier: textAt(member(member(predicate, 'verifier'), 'id')),
    timeVerified: timeAt(member(predicate, 'timeVerified')),
    resourceUri: textAt(member(predicate, 'resourceUri')),
    policy: {
      uri: textAt(member(policy, 'uri')),
      digest: stringMapAt(member(policy, 'digest')),
    },
    inputs: optionalItemsAt(member(predicate, 'inputAttestations')).map((input) => ({
      uri: textAt(member(input, 'uri')),
      digest: stringMapAt(member(input, 'digest')),
    })),
    result: resultAt(member(predicate, 'verificationResult')),
    verifiedLevels: itemsAt(member(predicate, 'verifiedLevels')).map(textAt),
    deviations: optionalItemsAt(member(predicate, DEVIATIONS)).map(deviationAt),
  }
}

function digestsAt(place: Place): string[] {
  return Object.entries(stringMapAt(member(place, 'digest'))).map(([name, hex]) => `${name}:${hex}`)
}

function timeAt(place: Place): Date {
  const time = new Date(textAt(place))
  if (Number.isNaN(+time)) throw new Misshapen(place.path, 'is not a time')
  return time
}

function resultAt(place: Place): VerificationSummary['result'] {
  const text = textAt(place)
  if (text !== 'PASSED' && text !== 'FAILED') {
    throw new Misshapen(place.path, 'is neither PASSED nor FAILED')
  }
  return text
}

function deviationAt(place: Place): Deviation {
  const type = textAt(member(place, 'type'))
  if (type !== 'exception' && type !== 'break-glass') {
    throw new Misshapen(member(place, 'type').path, 'is not known')
  }
  return {
    type,
    policy: optional(member(place, 'policy'), textAt) ?? '',
    reason: optional(member(place, 'reason'), textAt) ?? '',
    by: optional(member(place, 'by'), textAt) ?? '',
  }
}
