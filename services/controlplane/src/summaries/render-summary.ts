import { canonicalJson } from '@chainloop/attestation/json/canonical-json'
import { STATEMENT_TYPE } from '@chainloop/attestation/predicate/predicate'
import { buildTrackLevel, DEVIATIONS, SUMMARY_TYPE } from '@chainloop/attestation/provenance/slsa'
import type { BuildLevel } from '@chainloop/attestation/provenance/slsa'
import type { Deviation } from '@chainloop/attestation/provenance/verification-summary'

import type { ProvenanceSubject } from '../provenance/provenance.ts'
import { contractUri, digestSet } from '../provenance/render-provenance.ts'
import type { Run } from '../runs/run.ts'
import { VERSION } from '../version.ts'
import type { SummaryResult } from './summary.ts'

/** What was looked at and what it came to. */
export interface SummaryFacts {
  readonly run: Run
  /** As the certificate of the signer names it. */
  readonly verifier: string
  readonly subject: ProvenanceSubject
  readonly contractDigest: string
  /** By `sha256:<hex>` of the exact bytes; all that was looked at. */
  readonly inputs: readonly { readonly uri: string; readonly digest: string }[]
  readonly level: BuildLevel
  /** Empty: it passed. */
  readonly reasons: readonly string[]
  readonly deviations: readonly Deviation[]
  readonly verifiedAt: Date
}

/** Canonical JSON of a Statement v1 with a `https://slsa.dev/verification_summary/v1` predicate. */
export function renderSummary(facts: SummaryFacts): Uint8Array {
  const { run, subject, deviations } = facts
  return canonicalJson({
    _type: STATEMENT_TYPE,
    predicateType: SUMMARY_TYPE,
    subject: [{ name: subject.name, digest: digestSet(subject.digest) }],
    predicate: {
      verifier: { id: facts.verifier, version: { chainloop: VERSION } },
      timeVerified: facts.verifiedAt.toISOString(),
      resourceUri: resourceUri(run, subject),
      policy: { uri: contractUri(run), digest: digestSet(facts.contractDigest) },
      inputAttestations: facts.inputs.map(({ uri, digest }) => ({
        uri,
        digest: digestSet(digest),
      })),
      verificationResult: resultOf(facts),
      verifiedLevels: verifiedLevels(facts),
      slsaVersion: '1.1',
      [DEVIATIONS]: deviations.map((one) => ({ ...one })),
    },
  })
}

export function resultOf({ reasons }: Pick<SummaryFacts, 'reasons'>): SummaryResult {
  return reasons.length === 0 ? 'PASSED' : 'FAILED'
}

export function verifiedLevels(facts: Pick<SummaryFacts, 'reasons' | 'level'>): string[] {
  return resultOf(facts) === 'PASSED' ? [buildTrackLevel(facts.level)] : ['FAILED']
}

const IN_REGISTRIES: ReadonlySet<string> = new Set(['CONTAINER_IMAGE'])

/** What consumers know the artifact by: an image's repository, or the material's name below its project. */
export function resourceUri(
  { instanceUrl, organization, project }: Run,
  { name, material, kind }: ProvenanceSubject,
): string {
  if (IN_REGISTRIES.has(kind)) return `oci://${name}`
  const path = [organization.name, project.name, material].map(encodeURIComponent)
  return `${instanceUrl}/organizations/${path[0]}/projects/${path[1]}/artifacts/${path[2]}`
}
