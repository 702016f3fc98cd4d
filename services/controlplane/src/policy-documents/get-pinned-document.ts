import { invalid, notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import * as revisions from '../contracts/contract-revision-repo.ts'
import type { ContractRevision } from '../contracts/contract.ts'
import { getContract, getRevision } from '../contracts/get-contract.ts'
import type { Db } from '../db/db.ts'
import { getRun } from '../runs/open-run.ts'
import * as documents from './policy-document-repo.ts'

export interface PinnedDocumentWish extends RevisionWish {
  readonly digest: string
}

export interface RevisionWish {
  /** Empty: that of the actor's run. */
  readonly contractName: string
  /** 0: the latest, or the run's. */
  readonly revision: number
}

/** The bytes of a pin. Whoever may read the contract may; a run reads those of its own revision and no others. */
export async function getPinnedDocument(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  wish: PinnedDocumentWish,
): Promise<Uint8Array> {
  const { organizationId } = actor
  const { digest } = wish
  const { pins } = await revisionFor(db, actor, wish)
  const isPinned = pins.some((pin) => pin.digest === digest)
  const content = isPinned ? await documents.find(db, { organizationId, digest }) : undefined
  if (!content) throw notFound('document', digest)
  return content
}

/** What a revision refers to, for whom `getPinnedDocument` gives the bytes. */
export async function listPins(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  wish: RevisionWish,
): Promise<ContractRevision['pins']> {
  return (await revisionFor(db, actor, wish)).pins
}

async function revisionFor(
  db: Db,
  actor: Actor,
  { contractName: name, revision }: RevisionWish,
): Promise<ContractRevision> {
  if (actor.runId === undefined) {
    if (name === '') throw invalid('name the contract', { reason: 'CONTRACT_NAME_REQUIRED' })
    return getRevision(db, await getContract(db, actor, { name }), revision)
  }
  const run = await getRun(db, actor, { runId: actor.runId, right: 'policy:read' })
  const own = run.contract
  if ((name !== '' && name !== own.name) || (revision !== 0 && revision !== own.revision)) {
    throw notFound('contract revision', `${name}@${revision}`)
  }
  const { organizationId } = actor
  const found = await revisions.findById(db, { organizationId, id: own.revisionId })
  if (!found) throw notFound('contract revision', `${own.name}@${own.revision}`)
  return found
}
