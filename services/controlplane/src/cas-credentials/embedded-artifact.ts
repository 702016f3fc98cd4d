import { parseBundle } from '@chainloop/attestation/bundle/bundle'
import { parseStatement } from '@chainloop/attestation/predicate/parse-statement'
import { notFound } from '@chainloop/kit/errors'

import * as attestations from '../attestations/attestation-repo.ts'
import { readClaim } from '../attestations/material-claims.ts'
import type { Db } from '../db/db.ts'

export interface EmbeddedArtifact {
  readonly fileName: string
  readonly bytes: Uint8Array
}

/** An artifact that is part of a stored attestation, or the attestation's bundle itself. */
export async function readEmbeddedArtifact(
  db: Db,
  wanted: {
    readonly organizationId: string
    readonly runId: string | undefined
    readonly digest: string
  },
): Promise<EmbeddedArtifact> {
  const { organizationId, runId, digest } = wanted
  const attestation =
    runId === undefined
      ? undefined
      : await attestations.findByRun(db, { organizationId, id: runId })
  if (!attestation) throw notFound('artifact', digest)
  if (attestation.digest === digest) {
    return { fileName: `attestation-${attestation.runId}.json`, bytes: attestation.bundle }
  }
  return materialIn(attestation.bundle, digest)
}

function materialIn(bundle: Uint8Array, digest: string): EmbeddedArtifact {
  const { envelope } = parseBundle(bundle)
  const { materials = [] } = envelope ? parseStatement(envelope.payload).predicate : {}
  for (const claim of materials.map(readClaim)) {
    if (claim.digest === digest && claim.place.type === 'statement') {
      return { fileName: claim.fileName || claim.name, bytes: claim.place.content }
    }
  }
  throw notFound('artifact', digest)
}
