import { PROVENANCE_TYPE, SUMMARY_TYPE } from '@chainloop/attestation/provenance/slsa'

import type { Db } from '../db/db.ts'
import * as provenances from '../provenance/provenance-repo.ts'
import * as summaries from '../summaries/summary-repo.ts'

/** What the control plane has signed about the artifacts of a run, as workers and plugins get it. */
export interface DeliveryEvidence {
  /** Some of it is still being made. */
  readonly pending: boolean
  readonly items: readonly EvidenceItem[]
}

export interface EvidenceItem {
  readonly predicateType: string
  /** `sha256:<hex>` each. */
  readonly subjectDigests: readonly string[]
  /** Exact bytes. */
  readonly bundle: Uint8Array
  readonly digest: string
}

/** An image of many platforms has a summary for each. */
const MAX_SUMMARIES = 1000

export async function readEvidence(
  db: Db,
  { organizationId, runId }: { readonly organizationId: string; readonly runId: string },
): Promise<DeliveryEvidence> {
  const provenance = await provenances.find(db, { organizationId, id: runId })
  if (!provenance) return { pending: false, items: [] }
  const { issued, subjects, isDue } = provenance
  const found = await summaries.list(db, {
    organizationId,
    projectIds: undefined,
    digest: '',
    runId,
    result: undefined,
    limit: MAX_SUMMARIES,
  })
  const newest = new Map(found.toReversed().map((one) => [one.subjectDigest, one]))
  return {
    pending: isDue,
    items: [
      ...(issued
        ? [
            {
              predicateType: PROVENANCE_TYPE,
              subjectDigests: subjects.map(({ digest }) => digest),
              bundle: issued.bundle,
              digest: issued.digest,
            },
          ]
        : []),
      ...[...newest.values()].map(({ subjectDigest, bundle, bundleDigest }) => ({
        predicateType: SUMMARY_TYPE,
        subjectDigests: [subjectDigest],
        bundle,
        digest: bundleDigest,
      })),
    ],
  }
}
