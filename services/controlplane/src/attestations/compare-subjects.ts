import { isDeepStrictEqual } from 'node:util'

import type { ContractSpec } from '@chainloop/attestation/contract/contract'
import { hexOf, sha256 } from '@chainloop/attestation/digest'
import { canonicalJson } from '@chainloop/attestation/json/canonical-json'
import { parseJson } from '@chainloop/attestation/json/parse-json'
import { member, objectAt, root } from '@chainloop/attestation/json/shape'
import { materialSubjects } from '@chainloop/attestation/predicate/material-subjects'
import type { Statement, Subject } from '@chainloop/attestation/predicate/predicate'

import type { JobIdentity } from '../identities/job-identity.ts'
import type { FieldStatus } from './field-status.ts'
import { readClaim } from './material-claims.ts'
import { refuse } from './refusal.ts'
import type { VerifiedStatement } from './verify-for-run.ts'

const COMMIT = 'git.head'

/** The workflow (by the digest of the predicate), at most one commit, then every output of the contract, by name, with its platforms. */
export function compareSubjects(
  { statement, payload }: VerifiedStatement,
  { materials }: Pick<ContractSpec, 'materials'>,
  identity: Pick<JobIdentity, 'commit'> | undefined,
): FieldStatus[] {
  const [workflow, ...others] = statement.subject
  const commit = others[0]?.name === COMMIT ? others[0] : undefined
  const outputs = commit ? others.slice(1) : others

  assertSame('subject[0]', workflow, workflowSubject(statement, payload))
  if (commit) assertCommit(commit, identity?.commit)
  const names = new Set(materials.filter(({ output }) => output).map(({ name }) => name))
  const expected = outputSubjects(statement, names)
  const first = commit ? 2 : 1
  for (let index = 0; index < Math.max(outputs.length, expected.length); index += 1) {
    assertSame(`subject[${first + index}]`, outputs[index], expected[index])
  }
  return [
    { field: 'subject[0]', source: 'statement', verified: true },
    ...(commit ? [commitStatus(identity?.commit)] : []),
    ...expected.map((_, index) => ({
      field: `subject[${first + index}]`,
      source: 'contract revision' as const,
      verified: true,
    })),
  ]
}

function workflowSubject({ predicate }: Statement, payload: Uint8Array): Subject {
  const exact = objectAt(member(root(parseJson(payload)), 'predicate'))
  return {
    name: `chainloop.workflow.${predicate.metadata.workflowName}`,
    digest: { sha256: hexOf(sha256(canonicalJson(exact))) },
  }
}

function commitStatus(verified: string | undefined): FieldStatus {
  return verified === undefined
    ? { field: 'subject[1]', source: 'job', verified: false }
    : { field: 'subject[1]', source: 'job identity', verified: true }
}

/** Without an identity that says it, the commit is the job's word; it must not smuggle the digest of something else in. */
function assertCommit({ digest }: Subject, verified: string | undefined): void {
  if (verified !== undefined && digest['sha1'] !== verified) {
    throw refuse(
      'STATEMENT_MISMATCH',
      `subject[1] is commit ${digest['sha1'] ?? 'unknown'}, but the job identity says ${verified}`,
      { field: 'subject[1].digest' },
    )
  }
  if (Object.keys(digest).join() === 'sha1') return
  throw refuse(
    'STATEMENT_MISMATCH',
    'subject[1].digest of a commit is its SHA-1 and nothing else',
    {
      field: 'subject[1].digest',
    },
  )
}

function outputSubjects({ predicate }: Statement, outputs: ReadonlySet<string>): Subject[] {
  return (predicate.materials ?? [])
    .map((descriptor) => ({ descriptor, claim: readClaim(descriptor) }))
    .filter(({ claim }) => outputs.has(claim.name) && claim.kind !== 'STRING')
    .toSorted((a, b) => (a.claim.name < b.claim.name ? -1 : 1))
    .flatMap(({ descriptor }) => materialSubjects(descriptor))
}

function assertSame(
  field: string,
  value: Subject | undefined,
  expected: Subject | undefined,
): void {
  if (isDeepStrictEqual(plain(value), plain(expected))) return
  throw refuse(
    'STATEMENT_MISMATCH',
    `${field} is ${value?.name ?? 'absent'}, which is not exactly what follows from the rest: ${expected?.name ?? 'nothing'}`,
    { field },
  )
}

function plain(subject: Subject | undefined): unknown {
  return subject === undefined ? undefined : JSON.parse(JSON.stringify(subject))
}
