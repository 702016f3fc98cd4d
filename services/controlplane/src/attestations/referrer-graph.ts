import type { Statement } from '@chainloop/attestation/predicate/predicate'

import type { NewReferrer, ReferrerGraph } from '../referrers/referrer.ts'
import { ATTESTATION_KIND, COMMIT_KIND } from '../referrers/referrer.ts'
import type { PolicySummary } from '../runs/run.ts'
import type { MaterialClaim } from './material-claims.ts'

/** The attestation, and what it is about: its materials and its commit. */
export function referrerGraph(
  { predicate, subject }: Statement,
  {
    digest,
    materials,
    policy,
  }: {
    readonly digest: string
    readonly materials: readonly MaterialClaim[]
    readonly policy: PolicySummary
  },
): ReferrerGraph {
  const { metadata } = predicate
  const commits = subject.flatMap(({ name, digest: { sha1 } }) =>
    name === 'git.head' && sha1 !== undefined ? [commitNode(sha1)] : [],
  )
  return {
    attestation: {
      digest,
      kind: ATTESTATION_KIND,
      downloadable: true,
      annotations: predicate.annotations ?? {},
      metadata: {
        name: metadata.workflowName,
        team: metadata.team,
        project: metadata.project,
        projectVersion: metadata.projectVersion,
        projectVersionPrerelease: String(metadata.projectVersionPrerelease),
        organization: metadata.organization,
        contractName: metadata.contractName,
        contractVersion: metadata.contractVersion,
        ...policyMetadata(policy),
      },
    },
    about: [
      ...commits,
      ...materials.flatMap((material) => [materialNode(material), ...platformNodes(material)]),
    ],
  }
}

/** What others may ask about the attestation's policies; nothing while nobody knows. */
export function policyMetadata({ status, violations, hasGates }: PolicySummary): {
  readonly hasPolicyViolations?: string
  readonly hasGatedPolicyViolations?: string
} {
  if (status === 'evaluating') return {}
  return {
    hasPolicyViolations: String(violations > 0),
    hasGatedPolicyViolations: String(violations > 0 && hasGates),
  }
}

function commitNode(sha1: string): NewReferrer {
  return {
    digest: `sha1:${sha1}`,
    kind: COMMIT_KIND,
    downloadable: false,
    metadata: {},
    annotations: {},
  }
}

/** Several projects share the node: what one of them says about the material stays in its attestation. */
function materialNode({ digest, kind, place }: MaterialClaim): NewReferrer {
  const downloadable = place.type === 'cas' || place.type === 'statement'
  return { digest, kind, downloadable, metadata: {}, annotations: {} }
}

/** Whoever pulled the image of one platform knows only that digest. */
function platformNodes({ kind, platforms }: MaterialClaim): NewReferrer[] {
  return platforms.map(({ digest }) => ({
    digest,
    kind,
    downloadable: false,
    metadata: {},
    annotations: {},
  }))
}
