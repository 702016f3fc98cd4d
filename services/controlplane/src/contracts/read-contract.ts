import { createHash } from 'node:crypto'

import type { Contract as ContractDocument } from '@chainloop/attestation/contract/contract'
import { InvalidContract } from '@chainloop/attestation/contract/contract-problem'
import { parseContract } from '@chainloop/attestation/contract/parse-contract'
import { type DomainError, invalid } from '@chainloop/kit/errors'

import type { ContractFormat } from './contract.ts'

/** The text of a contract with what it says. */
export interface ContractText {
  readonly rawBody: Uint8Array
  readonly format: ContractFormat
  /** `sha256:<hex>`. */
  readonly digest: string
  readonly document: ContractDocument
}

/** Throws `invalid` with every problem, its path and line. */
export function readContract(rawBody: Uint8Array): ContractText {
  try {
    const { contract, format } = parseContract(rawBody)
    const digest = `sha256:${createHash('sha256').update(rawBody).digest('hex')}`
    return { rawBody, format, digest, document: contract }
  } catch (cause) {
    if (cause instanceof InvalidContract) throw refusal(cause)
    throw cause
  }
}

/** So many travel as details; the message has them all. */
const MAX_DETAILS = 50

function refusal(cause: InvalidContract): DomainError {
  return invalid(cause.message, {
    reason: 'INVALID_CONTRACT',
    metadata: { problems: JSON.stringify(cause.problems.slice(0, MAX_DETAILS)) },
    cause,
  })
}
