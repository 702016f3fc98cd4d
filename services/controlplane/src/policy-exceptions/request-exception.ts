import { isDigest } from '@chainloop/attestation/digest'
import { invalid } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import { type Actor, actorReference } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { getOrganization } from '../organizations/get-organization.ts'
import { getProject } from '../projects/get-project.ts'
import { getWorkflow } from '../workflows/get-workflow.ts'
import { approvalsNeeded } from './approvals-needed.ts'
import * as exceptions from './policy-exception-repo.ts'
import type { ExceptionSubject } from './policy-exception.ts'
import { type DescribedException, getException } from './read-exceptions.ts'

export interface RequestedException {
  readonly policy: string
  readonly subject: RequestedSubject
  readonly reason: string
  readonly expiresAt: Date
}

/** Project and workflow by name; empty: any. */
export interface RequestedSubject {
  readonly project: string
  readonly workflow: string
  readonly material: string
  readonly digest: string
  readonly violation: string
}

const DAY_MS = 86_400_000
const MAX_DAYS = 366

/** Grants nothing before it is approved. */
export async function requestException(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  wanted: RequestedException,
): Promise<DescribedException> {
  const { organizationId } = actor
  assertTime(wanted.expiresAt)
  if (wanted.reason.trim() === '') {
    throw invalid('say why the exception is needed', { reason: 'REASON_REQUIRED' })
  }
  return inTransaction(db, async (tx) => {
    const subject = await subjectOf(tx, actor, wanted.subject)
    const projectId = subject.project?.id
    actor.require('policy_exception:request', projectId === undefined ? {} : { projectId })
    const { settings } = await getOrganization(tx, actor)
    const id = await exceptions.insert(tx, {
      ...wanted,
      organizationId,
      subject,
      approvalsNeeded: approvalsNeeded(settings),
      requestedBy: actorReference(actor),
      requestedByName: actor.name,
    })
    const { policy, reason, expiresAt } = wanted
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'policy_exception.requested',
      targetType: 'policy_exception',
      targetId: id,
      details: { policy, subject: wanted.subject, reason, expiresAt },
    })
    return getException({ db: tx }, actor, { id })
  })
}

function assertTime(expiresAt: Date): void {
  const days = (expiresAt.getTime() - Date.now()) / DAY_MS
  if (days > 0 && days <= MAX_DAYS) return
  throw invalid(`an exception ends in the future, within ${MAX_DAYS} days`, {
    reason: 'INVALID_EXPIRY',
  })
}

async function subjectOf(
  tx: Db,
  actor: Actor,
  { project: projectName, workflow: name, ...rest }: RequestedSubject,
): Promise<ExceptionSubject> {
  if (rest.digest !== '' && !isDigest(rest.digest)) {
    throw invalid(`${rest.digest} is not a digest: sha256:<hex>`, { reason: 'INVALID_DIGEST' })
  }
  if (projectName === '') {
    if (name === '') return { ...rest, project: undefined, workflow: undefined }
    throw invalid('name the project of the workflow', { reason: 'PROJECT_REQUIRED' })
  }
  const project = await getProject(tx, actor, { name: projectName })
  const right = 'policy_exception:request'
  const workflow =
    name === '' ? undefined : await getWorkflow(tx, actor, { right, projectName, name })
  return {
    ...rest,
    project: { id: project.id, name: projectName },
    workflow: workflow && { id: workflow.id, name },
  }
}
