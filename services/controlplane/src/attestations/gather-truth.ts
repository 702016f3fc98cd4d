import { notFound } from '@chainloop/kit/errors'

import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import * as revisions from '../contracts/contract-revision-repo.ts'
import type { ContractRevision } from '../contracts/contract.ts'
import { effectiveContract } from '../contracts/effective-contract.ts'
import type { ContractText } from '../contracts/read-contract.ts'
import type { Db } from '../db/db.ts'
import * as organizations from '../organizations/organization-repo.ts'
import type { Run } from '../runs/run.ts'
import { instanceNames } from '../signing/instance-url.ts'
import type { Truth } from './truth.ts'
import { truthOf } from './truth.ts'

/** What a run's attestation is judged by. */
export interface GatheredTruth {
  readonly truth: Truth
  readonly revision: ContractRevision
  readonly contract: ContractText['document']
}

/** Of a run that its reader may see. */
export async function gatherTruth(db: Db, run: Run): Promise<GatheredTruth> {
  const { id: organizationId, name } = run.organization
  const organization = await organizations.find(db, { organizationId })
  if (!organization) throw notFound('organization', name)
  const backend = await casBackends.find(db, { organizationId, id: run.casBackendId })
  if (!backend) throw notFound('storage backend', run.casBackendId)
  const revision = await revisions.findById(db, { organizationId, id: run.contract.revisionId })
  if (!revision) throw notFound('contract revision', run.contract.revisionId)
  return {
    truth: truthOf({ run, organization, backend, instance: instanceNames(run.instanceUrl) }),
    revision,
    contract: (await effectiveContract(db, { organizationId, revision })).document,
  }
}
