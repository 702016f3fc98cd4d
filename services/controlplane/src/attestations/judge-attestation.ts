import type { Contract as ContractDocument } from '@chainloop/attestation/contract/contract'

import { listPossessions } from '../cas-mappings/possession.ts'
import type { Possession } from '../cas-mappings/possession.ts'
import type { Context } from '../context.ts'
import type { Signing } from '../signing/signing.ts'
import type { BlobStore } from './blob-store.ts'
import { assertContractMet } from './check-contract.ts'
import { compareEnv } from './compare-env.ts'
import { compareFields } from './compare-fields.ts'
import { compareSubjects } from './compare-subjects.ts'
import type { FieldStatus } from './field-status.ts'
import { judgeForeign } from './judge-foreign.ts'
import type { Inspect, Judge } from './judge-material.ts'
import { judgeMaterial } from './judge-material.ts'
import { readClaim } from './material-claims.ts'
import type { MaterialClaim } from './material-claims.ts'
import { refuse } from './refusal.ts'
import type { Truth } from './truth.ts'
import type { VerifiedStatement } from './verify-for-run.ts'
import { verifyForRun } from './verify-for-run.ts'

export interface JudgeDeps extends Pick<Context, 'db'> {
  readonly signing: Pick<Signing, 'trust'>
  readonly blobs: Pick<BlobStore, 'read'>
  readonly inspect: Inspect
}

/** A bundle that is what it says, as far as the server can know. */
export interface JudgedAttestation extends VerifiedStatement {
  readonly fields: readonly FieldStatus[]
  readonly materials: readonly MaterialClaim[]
  readonly possessions: ReadonlyMap<string, Possession>
}

/** Everything that can be found out about a bundle without changing anything. Throws naming what is wrong. */
export async function judgeAttestation(
  deps: JudgeDeps,
  { truth, contract }: { readonly truth: Truth; readonly contract: Pick<ContractDocument, 'spec'> },
  bundle: Uint8Array,
): Promise<JudgedAttestation> {
  const verified = await verifyForRun(deps, truth.run, bundle)
  const { predicate } = verified.statement
  const fields = [
    ...compareFields(verified.statement, truth),
    ...compareEnv(predicate, truth.run.identity),
  ]
  const materials = readMaterials(verified)
  assertContractMet(contract, predicate, materials)
  const subjects = compareSubjects(verified, contract.spec, truth.run.identity)

  const possessions = await possessionsOf(deps, truth, materials)
  const judge: Judge = {
    ...deps,
    backend: truth.backend,
    projectId: truth.run.project.id,
    possessions,
    judgeSignature: (claim, evidence) => judgeForeign(deps, truth.run, { claim, evidence }),
  }
  const judged: FieldStatus[] = []
  for (const claim of materials) {
    const requirement = contract.spec.materials.find(({ name }) => name === claim.name)
    judged.push(...(await judgeMaterial(judge, claim, requirement)))
  }
  return { ...verified, fields: [...fields, ...subjects, ...judged], materials, possessions }
}

/** No honest run comes near; without a limit one statement could keep the server busy for hours. */
const MAX_MATERIALS = 1000

function readMaterials({ statement }: VerifiedStatement): MaterialClaim[] {
  const { materials = [] } = statement.predicate
  if (materials.length > MAX_MATERIALS) {
    throw refuse('STATEMENT_MALFORMED', `there are more than ${MAX_MATERIALS} materials`, {
      field: 'predicate.materials',
    })
  }
  const claims = materials.map(readClaim)
  const twice = claims.find(({ name }, index) =>
    claims.slice(0, index).some((other) => other.name === name),
  )
  if (twice) {
    throw refuse('STATEMENT_MALFORMED', `${twice.field} is there twice`, { field: twice.field })
  }
  return claims
}

async function possessionsOf(
  { db }: JudgeDeps,
  { run, backend }: Truth,
  materials: readonly MaterialClaim[],
): Promise<ReadonlyMap<string, Possession>> {
  const uploaded = materials.filter(({ place }) => place.type === 'cas')
  const holder = {
    organizationId: run.organization.id,
    projectId: run.project.id,
    backendId: backend.id,
  }
  return listPossessions(
    db,
    holder,
    uploaded.map(({ digest }) => digest),
  )
}
