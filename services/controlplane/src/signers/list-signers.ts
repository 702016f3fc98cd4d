import { notFound } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { getProject } from '../projects/get-project.ts'
import * as signers from './signer-repo.ts'
import { maySignFor } from './signer.ts'
import type { Signer } from './signer.ts'

/** Oldest first; whoever is bound to projects sees who may sign for those. */
export async function listSigners(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  { projectName }: { readonly projectName: string },
): Promise<Signer[]> {
  actor.requireSomewhere('signer:read')
  const project =
    projectName === '' ? undefined : await getProject(db, actor, { name: projectName })
  const projectIds = project ? [project.id] : actor.projectIds
  const found = await signers.list(db, { organizationId: actor.organizationId })
  return found.filter((signer) => maySignFor(signer, projectIds))
}

export type SignerReference = { readonly name: string } | { readonly fingerprint: string }

export async function describeSigner(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  reference: SignerReference,
): Promise<Signer> {
  actor.requireSomewhere('signer:read')
  const found = await signers.list(db, { organizationId: actor.organizationId, ...reference })
  const signer = found.find((one) => maySignFor(one, actor.projectIds))
  if (!signer) throw notFound('signer', Object.values(reference)[0] ?? '')
  return signer
}
