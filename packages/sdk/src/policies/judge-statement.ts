import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { evaluatePolicy } from '@chainloop/policy/evaluation/evaluate-policy'
import { inputDocument } from '@chainloop/policy/material/input-document'
import { readMaterial } from '@chainloop/policy/material/read-material'
import { scriptsFor } from '@chainloop/policy/selection/applies'

import { grants } from './grants.ts'
import { readLocalPolicy } from './local-policy.ts'

export interface JudgeStatementInput {
  /** Path of a policy whose scripts judge attestations; they see the statement as `input`. */
  readonly policy: string
  readonly inputs: Readonly<Record<string, string>>
  /** A bundle that was verified. */
  readonly bundle: Uint8Array
  readonly hostnames: readonly string[]
}

/** What a policy on this machine says about a signed statement. Undefined: none of its scripts judges one. */
export async function judgeStatement(
  input: JudgeStatementInput,
): Promise<PolicyEvaluation | undefined> {
  const { bundle } = input
  const { attached, policy } = await readLocalPolicy({ path: input.policy, inputs: input.inputs })
  const evidence = {
    name: 'bundle.json',
    size: bundle.length,
    async *open() {
      yield bundle
    },
  }
  const document = await readMaterial('ATTESTATION', evidence, { maxDocumentBytes: bundle.length })
  const settings = {
    gateByDefault: true,
    now: new Date(),
    grants: grants(input),
    budget: {},
    runtimeInputs: [],
    failures: 'throw',
  } as const
  const subject = { kind: 'ATTESTATION', input: inputDocument(document, {}) } as const
  const scripts = scriptsFor(policy, 'ATTESTATION')
  if (scripts.length === 0) return undefined
  return evaluatePolicy(attached, scripts, { subject, settings })
}
