import { forbidden, invalid } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { inTransaction } from '../db/db.ts'
import { getOpenRun } from '../runs/open-run.ts'
import * as runs from '../runs/run-repo.ts'
import type { Run } from '../runs/run.ts'
import { InvalidCertificateRequest, readCertificateRequest } from './certificate-request.ts'
import { instanceUrl } from './instance-url.ts'
import { identityUri } from './job-ca.ts'
import type { IssuedCertificate, RunIdentity } from './job-ca.ts'
import * as certificates from './run-certificate-repo.ts'
import type { Signing } from './signing.ts'

/** Certifies the key of a request for the run whose token is presented; nothing in the request names anybody. */
export async function issueCertificate(
  ctx: Pick<Context, 'db' | 'config'> & { readonly signing: Pick<Signing, 'jobCa'> },
  actor: Actor,
  request: Uint8Array,
): Promise<IssuedCertificate> {
  const run = await runOf(ctx, actor)
  const identity = identityOf(run, instanceUrl(ctx.config))
  const certificate = await ctx.signing.jobCa.issue(identity, readKey(request))
  const reference = { organizationId: run.organization.id, id: run.id }
  await inTransaction(ctx.db, async (tx) => {
    const issuedTo = identityUri(identity)
    await certificates.insert(tx, reference, { ...certificate, issuedTo })
    await runs.touch(tx, reference)
    await audit.record(tx, {
      organizationId: run.organization.id,
      actor,
      action: 'certificate.issued',
      targetType: 'run',
      targetId: run.id,
      details: { serial: certificate.serial, notAfter: certificate.notAfter.toISOString() },
    })
  })
  return certificate
}

async function runOf({ db }: Pick<Context, 'db'>, actor: Actor): Promise<Run> {
  if (actor.runId === undefined) {
    throw forbidden('a signing certificate needs the token of its run', {
      reason: 'RUN_TOKEN_REQUIRED',
      hint: 'Init and Join return a run token',
    })
  }
  return getOpenRun(db, actor, { runId: actor.runId, right: 'run:continue' })
}

function readKey(request: Uint8Array): Uint8Array {
  try {
    return readCertificateRequest(request)
  } catch (cause) {
    if (!(cause instanceof InvalidCertificateRequest)) throw cause
    throw invalid(cause.message, { reason: 'INVALID_CERTIFICATE_REQUEST', cause })
  }
}

function identityOf({ organization, project, workflow, id }: Run, instance: string): RunIdentity {
  return { instanceUrl: instance, organization, project, workflow, runId: id }
}
