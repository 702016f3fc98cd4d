import type { Evidence } from '@chainloop/attestation/materials/evidence'
import type { Material } from '@chainloop/attestation/materials/material'
import { toDescriptor } from '@chainloop/attestation/materials/to-descriptor'
import type { CraftingState } from '@chainloop/attestation/predicate/crafting-state'
import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { renderStatement } from '@chainloop/attestation/predicate/render-statement'
import { evaluateAttestation, evaluateMaterial } from '@chainloop/policy/evaluation/evaluate'
import type { EvaluationSettings } from '@chainloop/policy/evaluation/evaluate-policy'
import { type ContractPolicies, loadPolicies } from '@chainloop/policy/evaluation/load-policies'
import { inputDocument } from '@chainloop/policy/material/input-document'
import { readMaterial } from '@chainloop/policy/material/read-material'
import { parseJson } from '@chainloop/rego/values/parse-json'
import { Code, ConnectError } from '@connectrpc/connect'

import type { Client } from '../client.ts'
import { pinnedDocuments, pinsOf } from '../contracts/pinned-contract.ts'
import { BUILDER_ID } from '../version.ts'
import { grants } from './grants.ts'
import { hasPolicies } from './has-policies.ts'

/** Of a document that is held as a whole. */
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024

type Documents = Pick<Client, 'contractDocuments'>

/**
 * What the policies of the run's contract say about a material, before the control plane says it: for the author of the
 * pipeline to see early. Undefined: there are none, or an older server does not tell which.
 */
export async function previewMaterial(
  client: Documents,
  state: CraftingState,
  { material, evidence }: { readonly material: Material; readonly evidence: Evidence },
): Promise<readonly PolicyEvaluation[] | undefined> {
  const policies = await policiesOf(client, state)
  if (!policies) return undefined
  const read = async () => {
    const limits = { maxDocumentBytes: MAX_DOCUMENT_BYTES }
    const document = await readMaterial(material.kind, evidence, limits)
    return inputDocument(document, { ...toDescriptor(material), ...projectOf(state) })
  }
  return evaluateMaterial(policies, { material, read }, settingsOf(state))
}

/** The same about the attestation as it is now, with what was found of its materials. */
export async function previewAttestation(
  client: Documents,
  state: CraftingState,
): Promise<readonly PolicyEvaluation[] | undefined> {
  const policies = await policiesOf(client, state)
  if (!policies) return undefined
  const statement = Buffer.from(renderStatement(state, { builderId: BUILDER_ID })).toString()
  const document = inputDocument(parseJson(statement), projectOf(state))
  return evaluateAttestation(policies, { statement: document, phase: 'PUSH' }, settingsOf(state))
}

async function policiesOf(
  client: Documents,
  state: CraftingState,
): Promise<ContractPolicies | undefined> {
  if (!hasPolicies(state)) return undefined
  const { contract, workflow } = state
  const revision = { contractName: workflow.contractName, revision: workflow.contractRevision }
  try {
    const pins = pinsOf(await client.contractDocuments.list(revision))
    return loadPolicies(contract.spec, {
      pins,
      documents: await pinnedDocuments(client, revision, pins),
    })
  } catch (cause) {
    if (ConnectError.from(cause).code === Code.Unimplemented) return undefined
    throw cause
  }
}

/** What only the control plane grants, such as further hosts, leaves a policy without a verdict here. */
function settingsOf({ blockOnPolicyViolation }: CraftingState): EvaluationSettings {
  return {
    gateByDefault: blockOnPolicyViolation,
    now: new Date(),
    grants: grants({ hostnames: [] }),
    budget: { milliseconds: 30_000 },
    runtimeInputs: [],
    failures: 'record',
  }
}

function projectOf({ workflow: { project, version } }: CraftingState) {
  return { project_name: project, project_version_name: version.version }
}
