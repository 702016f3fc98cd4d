import { invalid } from '@chainloop/kit/errors'
import { checkAttachments } from '@chainloop/policy/references/check-attachments'
import {
  closeReferences,
  type Closure,
  ContractNotClosed,
} from '@chainloop/policy/references/close-references'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import type { ReferencedFile } from '../policy-documents/document-source.ts'
import { storedDocuments } from '../policy-store/stored-documents.ts'
import type { ContractText } from './read-contract.ts'

/** A contract's text with everything that it refers to. */
export interface ClosedContract {
  readonly text: ContractText
  readonly closure: Closure
}

/** What was looked up for this request, by the digest of the contract's text. */
export type Closures = ReadonlyMap<string, Closure>

/** What use cases need that may write a contract; without closures only one that refers to nothing. */
export interface Closing {
  readonly closures?: Closures | undefined
}

/** The actor may write this contract; now its references have to be looked up, outside of any transaction. */
class NotYetClosed extends Error {
  override readonly name = 'NotYetClosed'
  readonly text: ContractText

  constructor(text: ContractText) {
    super(`contract ${text.document.metadata.name} is not closed`)
    this.text = text
  }
}

const NOTHING: Closure = { pins: [], documents: new Map() }

/** To be called once it is known that the actor may write the contract. */
export function closed(text: ContractText, { closures }: Closing): ClosedContract {
  if (!hasReferences(text)) return { text, closure: NOTHING }
  const closure = closures?.get(text.digest)
  if (!closure) throw new NotYetClosed(text)
  return { text, closure }
}

export interface Asking {
  readonly actor: Pick<Actor, 'organizationId' | 'organizationName'>
  /** What was sent along. */
  readonly files: readonly ReferencedFile[]
}

/**
 * Does the work; when it comes to write a contract that refers to others, what it did is undone, the references are
 * looked up, and it starts again. So nobody makes the server fetch anything who may not write, and no transaction
 * waits for the network. Throws `invalid` with every reference that cannot be had.
 */
export async function withClosures<T>(
  ctx: Pick<Context, 'db' | 'documentSource'>,
  { actor, files }: Asking,
  work: (closing: Closing) => Promise<T>,
): Promise<T> {
  try {
    return await work({})
  } catch (cause) {
    if (!(cause instanceof NotYetClosed)) throw cause
    const { text } = cause
    const closure = await lookUp(ctx, { actor, files, text })
    return work({ closures: new Map([[text.digest, closure]]) })
  }
}

function hasReferences({ document: { spec } }: ContractText): boolean {
  const { policies, policyGroups } = spec
  return policies.materials.length + policies.attestation.length + policyGroups.length > 0
}

async function lookUp(
  { db, documentSource }: Pick<Context, 'db' | 'documentSource'>,
  { actor, files, text: { document } }: Asking & { readonly text: ContractText },
): Promise<Closure> {
  const { spec } = document
  try {
    const load = documentSource.loaderWith(files, storedDocuments(db, actor))
    const closure = await closeReferences(spec, load)
    const problems = checkAttachments(spec, closure)
    if (problems.length > 0) throw new ContractNotClosed(problems)
    return closure
  } catch (cause) {
    if (!(cause instanceof ContractNotClosed)) throw cause
    throw invalid(`the contract cannot be closed: ${cause.message}`, {
      reason: 'CONTRACT_NOT_CLOSED',
      metadata: { problems: JSON.stringify(cause.problems.slice(0, MAX_DETAILS)) },
      cause,
    })
  }
}

/** So many travel as details; the message has them all. */
const MAX_DETAILS = 50
