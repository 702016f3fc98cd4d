import type { ContractSpec, PolicyAttachment } from '@chainloop/attestation/contract/contract'
import type { Evidence } from '@chainloop/attestation/materials/evidence'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { parseJson } from '@chainloop/rego/values/parse-json'

import type { EvaluationSettings } from '../evaluation/evaluate-policy.ts'
import { evaluateAttestation, evaluateMaterial } from '../evaluation/evaluate.ts'
import { loadPolicies } from '../evaluation/load-policies.ts'
import { inputDocument } from '../material/input-document.ts'
import { readMaterial } from '../material/read-material.ts'
import { type Closure, closeReferences } from '../references/close-references.ts'
import { ReferenceRefused } from '../references/locate.ts'

export const settings: EvaluationSettings = {
  gateByDefault: false,
  now: new Date('2026-08-01T00:00:00Z'),
  grants: { hostnames: new Set(['www.chainloop.dev', 'www.cisa.gov']) },
  budget: { steps: 5_000_000, milliseconds: 5_000 },
  runtimeInputs: [],
  failures: 'throw',
}

/** Everything that a contract refers to, by location. */
function closureOf(
  contract: Pick<ContractSpec, 'policies' | 'policyGroups'>,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<Closure> {
  return closeReferences(contract, async ({ location }) => {
    const text = files[location]
    if (text === undefined) throw new ReferenceRefused(`there is no ${location}`)
    return Promise.resolve(Buffer.from(text))
  })
}

export function evidenceOf(content: string | Uint8Array, name = 'material'): Evidence {
  const bytes = Buffer.from(content)
  return {
    name,
    size: bytes.length,
    async *open() {
      yield await Promise.resolve(bytes)
    },
  }
}

export function attach(more: Partial<PolicyAttachment>): PolicyAttachment {
  return { disabled: false, with: {}, requirements: [], ...more }
}

export interface Judged {
  readonly kind: MaterialKind
  readonly name?: string
  readonly content: string
}

type Attachments = Partial<Pick<ContractSpec, 'policyGroups'>> & Partial<ContractSpec['policies']>

/** A material under what a contract attaches. */
export async function judgeMaterial(
  { materials = [], attestation = [], policyGroups = [] }: Attachments,
  { kind, name = 'material', content }: Judged,
  {
    files = {},
    ...more
  }: Partial<EvaluationSettings> & {
    readonly files?: Readonly<Record<string, string | Uint8Array>>
  } = {},
): Promise<PolicyEvaluation[]> {
  const contract = { policies: { materials, attestation }, policyGroups }
  const policies = loadPolicies(contract, await closureOf(contract, files))
  const limits = { maxDocumentBytes: 1024 * 1024 }
  return evaluateMaterial(
    policies,
    {
      material: { kind, name },
      read: async () => {
        const document = await readMaterial(kind, evidenceOf(content, name), limits)
        const annotations = { 'chainloop.material.type': kind, 'chainloop.material.name': name }
        return inputDocument(document, { name, annotations })
      },
    },
    { ...settings, ...more },
  )
}

/** A statement under a policy about attestations. */
export async function judgeStatement(
  attestation: readonly PolicyAttachment[],
  statement: object,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<PolicyEvaluation[]> {
  const contract = { policies: { materials: [], attestation }, policyGroups: [] }
  const policies = loadPolicies(contract, await closureOf(contract, files))
  const document = inputDocument(parseJson(JSON.stringify(statement)), {})
  return evaluateAttestation(policies, { statement: document, phase: 'PUSH' }, settings)
}
