import type { Evidence } from '@chainloop/attestation/materials/evidence'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'

import * as runs from '../runs/run-repo.ts'
import type { Run } from '../runs/run.ts'
import * as signers from '../signers/signer-repo.ts'
import { maySignFor } from '../signers/signer.ts'
import * as attestations from './attestation-repo.ts'
import type { FieldStatus, ForeignSignature } from './field-status.ts'
import { foreignBundle } from './foreign-envelope.ts'
import type { MaterialClaim } from './material-claims.ts'
import { verifyForeign } from './verify-foreign.ts'
import type { SignatureDeps } from './verify-signature.ts'
import { statementOf, verifyStored } from './verify-stored.ts'

/** What others sign comes as one of these; the first two are nothing else. */
const SIGNED: ReadonlySet<MaterialKind> = new Set(['SLSA_PROVENANCE', 'ATTESTATION', 'EVIDENCE'])
/** Bytes. No statement comes near; an archive as EVIDENCE does. */
const MAX_SIGNED_BYTES = 4 * 1024 * 1024

/**
 * Who signed a material, verified against the signers of materials that operators have registered; an attestation that
 * this instance itself has stored for the project needs none. Without any of them it stays the job's word, and says why.
 */
export async function judgeForeign(
  deps: SignatureDeps,
  run: Run,
  { claim, evidence }: { readonly claim: MaterialClaim; readonly evidence: Evidence },
): Promise<FieldStatus[]> {
  if (!SIGNED.has(claim.kind) || evidence.size > MAX_SIGNED_BYTES) return []
  const field = `${claim.field}.signature`
  const own = await ownAttestation(deps, run, claim.digest)
  if (own) return [verified(field, own)]
  const foreign = foreignBundle(Buffer.concat(await Array.fromAsync(evidence.open())))
  if (!foreign) return []
  const registered = await signers.list(deps.db, {
    organizationId: run.organization.id,
    purpose: 'materials',
  })
  const believed = registered.filter((signer) => maySignFor(signer, [run.project.id]))
  const verdict = verifyForeign(foreign, believed)
  if ('signature' in verdict) {
    return [verified(field, { ...verdict.signature, digest: claim.digest })]
  }
  const detail = verdict.problems.join('; ').slice(0, 1000)
  return [{ field, source: 'job', verified: false, detail }]
}

function verified(field: string, signed: ForeignSignature): FieldStatus {
  const { signer, identity, issuer, checks } = signed
  const who = identity === undefined ? '' : ` as ${identity}`
  const vouched = issuer === undefined ? '' : `, vouched for by ${issuer}`
  const detail = `signed by ${signer.name}${who}${vouched}; checked: ${checks.join(', ')}`
  return { field, source: 'signer', verified: true, detail, signed }
}

/** Of the same project: others' attestations are not there for it. */
async function ownAttestation(
  deps: SignatureDeps,
  { organization, project }: Run,
  digest: string,
): Promise<ForeignSignature | undefined> {
  const organizationId = organization.id
  const run = await runs.findByDigest(deps.db, { organizationId, digest })
  if (!run || run.project.id !== project.id) return undefined
  const stored = await attestations.findByRun(deps.db, { organizationId, id: run.id })
  if (!stored || !(await verifyStored(deps, run, stored)).verified) return undefined
  const { predicateType, subject } = statementOf(stored)
  return {
    signer: { id: '', name: 'this control plane' },
    predicateType,
    digest,
    subjects: subject.flatMap(({ digest: { sha256 } }) =>
      sha256 === undefined ? [] : [`sha256:${sha256}`],
    ),
    checks: [`attestation of run ${run.id}, as it was stored`],
  }
}
