import { outlineOf } from '@chainloop/attestation/contract/outline'
import { sha256 } from '@chainloop/attestation/digest'
import { invalid } from '@chainloop/kit/errors'
import { InvalidPolicy } from '@chainloop/policy/documents/invalid-policy'
import { parsePolicy, parsePolicyGroup } from '@chainloop/policy/documents/parse-policy'
import type { PolicyMetadata } from '@chainloop/policy/documents/policy'
import {
  closeDocument,
  ContractNotClosed,
  type Load,
} from '@chainloop/policy/references/close-references'
import { ReferenceRefused } from '@chainloop/policy/references/locate'
import { selfContained } from '@chainloop/policy/references/self-contained'

import type { StoredKind } from './stored-policy.ts'

/** A document that can be stored: it needs nothing beside it, but what it names by digest. */
export interface ContainedPolicy {
  readonly kind: StoredKind
  readonly metadata: PolicyMetadata
  readonly content: Uint8Array
  /** `sha256:<hex>` of the content. */
  readonly digest: string
}

const PARSERS = { policy: parsePolicy, policy_group: parsePolicyGroup } as const

/** Looks up what the document refers to and writes it into it. Throws `invalid` with everything that is wrong. */
export async function containPolicy(document: Uint8Array, load: Load): Promise<ContainedPolicy> {
  const kind = kindOf(document)
  try {
    PARSERS[kind](document)
    const closure = await closeDocument({ kind, bytes: document }, load)
    const content = selfContained(kind, document, { closure, referrer: '' })
    const { metadata } = PARSERS[kind](content)
    return { kind, metadata, content, digest: sha256(content) }
  } catch (cause) {
    if (cause instanceof InvalidPolicy) throw refusal(cause, cause.problems)
    if (cause instanceof ContractNotClosed) throw refusal(cause, cause.problems)
    if (cause instanceof ReferenceRefused) throw refusal(cause, [cause.message])
    throw cause
  }
}

function kindOf(document: Uint8Array): StoredKind {
  const { kind } = outlineOf(document)
  if (kind === 'Policy') return 'policy'
  if (kind === 'PolicyGroup') return 'policy_group'
  throw invalid(`the document is ${kind === '' ? 'of no kind' : `a ${kind}`}, not a policy`, {
    reason: 'INVALID_POLICY',
  })
}

/** So many travel as details; the message has them all. */
const MAX_DETAILS = 50

function refusal(cause: Error, problems: readonly unknown[]): Error {
  return invalid(cause.message, {
    reason: 'INVALID_POLICY',
    metadata: { problems: JSON.stringify(problems.slice(0, MAX_DETAILS)) },
    cause,
  })
}
