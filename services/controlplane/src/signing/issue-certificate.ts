import { exhausted, forbidden, invalid, notFound } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import type { Actor } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { assertOpen, getOpenRun } from '../runs/open-run.ts'
import * as runs from '../runs/run-repo.ts'
import type { Run } from '../runs/run.ts'
import { InvalidCertificateRequest, readCertificateRequest } from './certificate-request.ts'
import { instanceUrl } from './instance-url.ts'
import type { IssuedCertificate } from './job-ca.ts'
import * as certificates from './run-certificate-repo.ts'
import { identityUri, runIdentity } from './run-identity.ts'
import type { Signing } from './signing.ts'

/** Certifies the key of a request for the run whose token is presented; nothing in the request names anybody. */
export async function issueCertificate(
  ctx: Pick<Context, 'db' | 'config'> & { readonly signing: Pick<Signing, 'jobCa'> },
  actor: Actor,
  request: Uint8Array,
): Promise<IssuedCertificate> {
  const run = await runOf(ctx, actor)
  const identity = runIdentity(run, instanceUrl(ctx.config))
  const certificate = await ctx.signing.jobCa.issue(identity, readKey(request))
  const reference = { organizationId: run.organization.id, id: run.id }
  await inTransaction(ctx.db, async (tx) => {
    await assertMayHaveMore(tx, reference, ctx.config.certificatesPerRun)
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

/** Locks the run: certificates of one run are issued one after the other, and none after its end. */
async function assertMayHaveMore(
  tx: Db,
  reference: runs.RunReference,
  limit: number,
): Promise<void> {
  const locked = await runs.lock(tx, reference)
  if (!locked) throw notFound('run', reference.id)
  assertOpen({ id: reference.id, state: locked.state })
  if ((await certificates.count(tx, reference)) < limit) return
  throw exhausted(`run ${reference.id} has had its ${limit} certificates`, {
    reason: 'TOO_MANY_CERTIFICATES',
    hint: 'open another run',
  })
}

function readKey(request: Uint8Array): Uint8Array {
  try {
    return readCertificateRequest(request)
  } catch (cause) {
    if (!(cause instanceof InvalidCertificateRequest)) throw cause
    throw invalid(cause.message, { reason: 'INVALID_CERTIFICATE_REQUEST', cause })
  }
}
