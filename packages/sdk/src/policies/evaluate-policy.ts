import type { JsonObject } from '@chainloop/attestation/json/json-value'
import { inspectMaterial } from '@chainloop/attestation/materials/craft'
import type { Material } from '@chainloop/attestation/materials/material'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import { toDescriptor } from '@chainloop/attestation/materials/to-descriptor'
import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { evaluatePolicy } from '@chainloop/policy/evaluation/evaluate-policy'
import { inputDocument } from '@chainloop/policy/material/input-document'
import { readMaterial } from '@chainloop/policy/material/read-material'
import { scriptsFor } from '@chainloop/policy/selection/applies'

import { findEvidence, type FoundEvidence } from '../attestation/find-evidence.ts'
import { recogniseEvidence } from '../attestation/recognise-evidence.ts'
import { loadValue } from '../values/load-value.ts'
import { temporaryFolder } from '../values/temporary-folder.ts'
import { grants } from './grants.ts'
import { readLocalPolicy } from './local-policy.ts'

export interface EvaluatePolicyInput {
  readonly policy: string
  readonly inputs: Readonly<Record<string, string>>
  /** What is judged, as `attestation add` takes it. */
  readonly material: string
  /** Undefined: what the content looks like. */
  readonly kind: MaterialKind | undefined
  readonly annotations: Readonly<Record<string, string>>
  readonly hostnames: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly print: (message: string, at: string) => void
}

export interface PolicyTrial {
  readonly kind: MaterialKind
  /** Undefined: no script fits the kind, or all of them ignored it. */
  readonly evaluation: PolicyEvaluation | undefined
}

/** Judges one material by one policy, on this machine and for nobody else. Rejects with what is wrong with either. */
export async function tryPolicy(input: EvaluatePolicyInput): Promise<PolicyTrial> {
  await using folder = temporaryFolder()
  const { attached, policy } = await readLocalPolicy({ path: input.policy, inputs: input.inputs })
  const { kind, evidence } = await evidenceOf(input, folder.path)
  const document = await readMaterial(kind, evidence, { maxDocumentBytes: 64 * 1024 * 1024 })
  const subject = {
    kind,
    materialName: 'material',
    input: inputDocument(document, await metadataOf(input, kind, evidence)),
  }
  const settings = {
    gateByDefault: false,
    now: new Date(),
    grants: grants(input),
    budget: {},
    runtimeInputs: [],
    failures: 'throw',
  } as const
  const scripts = scriptsFor(policy, kind)
  const on = { subject, settings }
  return {
    kind,
    evaluation: scripts.length > 0 ? await evaluatePolicy(attached, scripts, on) : undefined,
  }
}

async function evidenceOf(
  { material, kind, env }: EvaluatePolicyInput,
  temporary: () => Promise<string>,
): Promise<{ kind: MaterialKind; evidence: FoundEvidence }> {
  const value = await loadValue(material, { env, temporaryFolder: temporary })
  const options = { env, typed: material }
  if (kind === undefined) return recogniseEvidence(value, options)
  return { kind, evidence: await findEvidence(kind, value, options) }
}

async function metadataOf(
  { annotations }: EvaluatePolicyInput,
  kind: MaterialKind,
  evidence: FoundEvidence,
): Promise<JsonObject> {
  const inspection = await inspectMaterial(kind, evidence)
  const material: Material = {
    name: 'material',
    kind,
    digest: evidence.digest,
    what:
      evidence.value === undefined
        ? { type: 'file', filename: evidence.name, mainComponent: inspection.mainComponent }
        : { type: 'string', value: evidence.value },
    uploaded: false,
    inline: false,
    output: false,
    required: false,
    annotations: { ...inspection.annotations, ...annotations },
    addedAt: new Date(),
  }
  return { ...toDescriptor(material) }
}
