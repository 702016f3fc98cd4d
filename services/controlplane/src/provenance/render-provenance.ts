import { hexOf, parseDigest } from '@chainloop/attestation/digest'
import { canonicalJson } from '@chainloop/attestation/json/canonical-json'
import { STATEMENT_TYPE } from '@chainloop/attestation/predicate/predicate'
import type { Predicate, Statement } from '@chainloop/attestation/predicate/predicate'
import type { VerifiedSource } from '@chainloop/attestation/provenance/provenance'
import {
  EVIDENCE,
  PROVENANCE_TYPE,
  WORKFLOW_RUN_BUILD_TYPE,
} from '@chainloop/attestation/provenance/slsa'

import type { FieldStatus } from '../attestations/field-status.ts'
import type { JobIdentity } from '../identities/job-identity.ts'
import type { Run } from '../runs/run.ts'
import { runUri } from '../signing/run-identity.ts'
import { VERSION } from '../version.ts'
import type { EarnedLevel } from './build-level.ts'
import { builderIdOf } from './builder-id.ts'
import type { ProvenanceSubject } from './provenance.ts'

/** What a provenance is made of: the server's own records, and of the statement what was judged when it was stored. */
export interface ProvenanceFacts {
  readonly run: Run
  /** As the certificate of the signer names it. */
  readonly verifier: string
  readonly subjects: readonly ProvenanceSubject[]
  /** `sha256:<hex>` of the contract revision's bytes. */
  readonly contractDigest: string
  readonly statement: Statement
  readonly fields: readonly FieldStatus[]
  readonly earned: EarnedLevel
}

/** Canonical JSON of a Statement v1 with a `https://slsa.dev/provenance/v1` predicate. */
export function renderProvenance(facts: ProvenanceFacts): Uint8Array {
  const { run } = facts
  return canonicalJson({
    _type: STATEMENT_TYPE,
    predicateType: PROVENANCE_TYPE,
    subject: facts.subjects.map((subject) => ({
      name: subject.name,
      digest: digestSet(subject.digest),
      annotations: {
        [EVIDENCE]: evidence(facts.fields, `predicate.materials[${subject.material}].digest`),
      },
    })),
    predicate: {
      buildDefinition: {
        buildType: WORKFLOW_RUN_BUILD_TYPE,
        externalParameters: externalParameters(facts),
        internalParameters: internalParameters(facts),
        resolvedDependencies: resolvedDependencies(facts),
      },
      runDetails: {
        builder: {
          id: builderIdOf(facts.verifier, run.identity),
          version: { chainloop: VERSION },
        },
        metadata: {
          invocationId: invocationId(run),
          startedOn: run.createdAt.toISOString(),
          ...(run.finishedAt && { finishedOn: run.finishedAt.toISOString() }),
        },
        byproducts: [attestationOf(run)],
      },
    },
  })
}

/** The run under this instance's own URL. */
export function invocationId(run: Run): string {
  return runUri({ ...run, runId: run.id })
}

function externalParameters({ run, contractDigest }: ProvenanceFacts): object {
  const { organization, project, workflow, version, contract, identity } = run
  return {
    workflow: {
      organization: organization.name,
      project: project.name,
      name: workflow.name,
    },
    projectVersion: version.version,
    contract: { name: contract.name, revision: contract.revision, digest: contractDigest },
    ...(identity && { source: sourceOf(identity) }),
  }
}

function sourceOf(identity: JobIdentity): VerifiedSource {
  const { repository, ref, commit, workflowRef: workflow, workflowCommit, trigger } = identity
  const said = { repository, ref, commit, workflow, workflowCommit, trigger }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}

/** What is under `claimed` nobody has verified, and nothing rests on it. */
function internalParameters({ run, earned }: ProvenanceFacts): object {
  const { identity, runnerType, runUrl, guarantees } = run
  const { issuer, subject, environment, rule } = identity ?? {}
  return {
    guarantees,
    buildLevel: { highest: earned.level, because: earned.reason },
    ...(identity && { identity: { issuer, subject, environment, trustRule: rule?.name } }),
    ...(!identity && { claimed: { runnerType, ...(runUrl !== '' && { runUrl }) } }),
  }
}

const BILLS_OF_MATERIALS: ReadonlySet<string> = new Set(['SBOM_CYCLONEDX_JSON', 'SBOM_SPDX_JSON'])

function resolvedDependencies(facts: ProvenanceFacts): object[] {
  const { run, contractDigest, statement, fields } = facts
  return [
    ...commitOf(run.identity, statement),
    {
      name: `contract ${run.contract.name}`,
      uri: contractUri(run),
      digest: digestSet(contractDigest),
      annotations: { [EVIDENCE]: 'verified' },
    },
    ...billsOf(statement.predicate, fields),
  ]
}

export function contractUri({ instanceUrl, organization, contract }: Run): string {
  const names = [organization.name, contract.name].map(encodeURIComponent)
  return `${instanceUrl}/organizations/${names[0]}/contracts/${names[1]}/revisions/${contract.revision}`
}

function commitOf(identity: JobIdentity | undefined, { subject }: Statement): object[] {
  const { commit, repository, ref } = identity ?? {}
  if (commit !== undefined) {
    return [
      {
        name: 'source',
        ...(repository !== undefined && {
          uri: `git+${repository}${ref === undefined ? '' : `@${ref}`}`,
        }),
        digest: { gitCommit: commit },
        annotations: { [EVIDENCE]: 'verified' },
      },
    ]
  }
  return subject.flatMap(({ name, digest }) =>
    name === 'git.head' && digest['sha1'] !== undefined
      ? [
          {
            name: 'source',
            digest: { gitCommit: digest['sha1'] },
            annotations: { [EVIDENCE]: 'claimed' },
          },
        ]
      : [],
  )
}

function billsOf({ materials = [] }: Predicate, fields: readonly FieldStatus[]): object[] {
  return materials.flatMap(({ annotations, digest, name: file }) => {
    const kind = String(annotations['chainloop.material.type'])
    const name = String(annotations['chainloop.material.name'])
    if (!BILLS_OF_MATERIALS.has(kind)) return []
    return [
      {
        name: file ?? name,
        digest,
        mediaType: 'application/json',
        annotations: {
          material: name,
          kind,
          [EVIDENCE]: evidence(fields, `predicate.materials[${name}].digest`),
        },
      },
    ]
  })
}

function attestationOf({ attestationDigest }: Run): object {
  return {
    name: 'attestation',
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    digest: digestSet(attestationDigest ?? ''),
  }
}

function evidence(fields: readonly FieldStatus[], field: string): 'verified' | 'claimed' {
  return fields.some((one) => one.field === field && one.verified) ? 'verified' : 'claimed'
}

export function digestSet(digest: string): { readonly sha256: string } {
  return { sha256: hexOf(parseDigest(digest)) }
}
