import type { MaterialRequirement } from '@chainloop/attestation/contract/contract'
import { mergeAnnotations } from '@chainloop/attestation/contract/merge-annotations'
import { isRequired } from '@chainloop/attestation/contract/missing-requirements'
import { hexOf } from '@chainloop/attestation/digest'
import { inspectMaterial } from '@chainloop/attestation/materials/craft'
import type { Inspection } from '@chainloop/attestation/materials/crafter'
import type { Material, MaterialContent } from '@chainloop/attestation/materials/material'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import type { CraftingState } from '@chainloop/attestation/predicate/crafting-state'
import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import type { Environment } from '@chainloop/attestation/runners/runner'

import type { Client } from '../client.ts'
import { hasPolicies } from '../policies/has-policies.ts'
import { loadValue, type Value } from '../values/load-value.ts'
import { temporaryFolder } from '../values/temporary-folder.ts'
import { MaterialRefused } from './crafting-error.ts'
import { findEvidence, type FoundEvidence } from './find-evidence.ts'
import { keepEvidence, type Kept } from './keep-evidence.ts'
import type { OpenRun } from './open-run.ts'
import { recogniseEvidence } from './recognise-evidence.ts'
import type { Session } from './session.ts'

export interface AddInput {
  /** A path, `http(s)://…`, `env://NAME`, the reference of an image, or text. */
  readonly value: string
  /** Its name in the contract, or a new one. Default: one made of its digest. */
  readonly name?: string | undefined
  /** For what the contract does not name. Default: recognised. */
  readonly kind?: MaterialKind | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** False: what vendors get wrong is recorded as a defect, not refused. */
  readonly strict?: boolean | undefined
  readonly env: Environment
  readonly onProgress?: ((sentBytes: number, totalBytes: number) => void) | undefined
}

export interface Added {
  readonly material: Material
  /** A material of this name was there already. */
  readonly replaced: boolean
  /** What is wrong with the evidence but tolerated, and annotations that were not taken. */
  readonly warnings: readonly string[]
}

/**
 * Records a piece of evidence: finds it, checks that it is what it should be, hashes it, and uploads or embeds
 * its bytes. The state changes only when all of that is done. Rejects with `MaterialRefused`,
 * `InvalidMaterial`, `ValueNotFound`, and with what stores and registries say.
 */
export async function addMaterial(run: OpenRun, input: AddInput): Promise<Added> {
  await using folder = temporaryFolder()
  const value = await loadValue(input.value, { env: input.env, temporaryFolder: folder.path })
  const requirement = requirementOf(run.session, input.name)
  const { kind, evidence } = await evidenceFor(input, value, requirement)
  const inspection = await inspectMaterial(kind, evidence, { strict: input.strict })

  const { annotations, ignored } = annotate(inspection, requirement, input)
  const kept = await keep(run, evidence, { kind, requirement, onProgress: input.onProgress })
  const material: Material = {
    name: nameOf(input.name, evidence),
    kind,
    digest: evidence.digest,
    what: contentOf(evidence, inspection, kept),
    ...(evidence.image === undefined && { size: evidence.size }),
    uploaded: kept?.type === 'uploaded',
    inline: kept?.type === 'inline',
    output: requirement?.output ?? false,
    required: requirement !== undefined && isRequired(requirement),
    annotations,
    addedAt: new Date(),
  }
  const { state } = run.session
  const policyEvaluations = await preview(run.client, state, { material, evidence })
  const { replaced } = await run.store.append({ materials: [material], policyEvaluations })
  const warnings = [
    ...(inspection.defects ?? []),
    ...ignored.map(
      (name) => `the annotation ${name} has a value already; the one given was not used`,
    ),
    ...(policyEvaluations ?? []).flatMap(findings),
  ]
  return { material, replaced: replaced.length > 0, warnings }
}

/** Loaded for contracts with policies only. */
async function preview(
  client: Client,
  state: CraftingState,
  about: { readonly material: Material; readonly evidence: FoundEvidence },
): Promise<readonly PolicyEvaluation[] | undefined> {
  if (!hasPolicies(state)) return undefined
  const { previewMaterial } = await import('../policies/preview.ts')
  return previewMaterial(client, state, about)
}

/** What the author should know now; the control plane decides when the attestation is stored. */
function findings({ name, violations, skipped, skipReasons }: PolicyEvaluation): string[] {
  const active = violations.filter(({ suppressed }) => !suppressed)
  if (active.length === 0 && skipped) return skipReasons.map((why) => `policy ${name}: ${why}`)
  return active.map(({ message }) => `policy ${name}: ${message}`)
}

function requirementOf(
  { state }: Session,
  name: string | undefined,
): MaterialRequirement | undefined {
  return state.contract.spec.materials.find((one) => one.name === name)
}

async function evidenceFor(
  { kind, value: typed, env, strict }: AddInput,
  value: Value,
  requirement: MaterialRequirement | undefined,
): Promise<{ kind: MaterialKind; evidence: FoundEvidence }> {
  const wanted = requirement?.type ?? kind
  if (wanted === undefined) return recogniseEvidence(value, { typed, env, strict })
  return { kind: wanted, evidence: await findEvidence(wanted, value, { typed, env }) }
}

function annotate(
  inspection: Inspection,
  requirement: MaterialRequirement | undefined,
  input: AddInput,
): { annotations: Readonly<Record<string, string>>; ignored: readonly string[] } {
  const { annotations, missing, ignored } = mergeAnnotations(
    inspection.annotations,
    requirement?.annotations ?? [],
    input.annotations ?? {},
  )
  if (missing.length > 0) {
    throw new MaterialRefused(`these annotations need a value: ${missing.join(', ')}`)
  }
  return { annotations, ignored }
}

interface Keeping {
  readonly kind: MaterialKind
  readonly requirement: MaterialRequirement | undefined
  readonly onProgress: AddInput['onProgress']
}

/** Texts are part of the statement and images stay where they are; the rest is kept unless the contract says not to. */
async function keep(
  { client, session }: OpenRun,
  evidence: FoundEvidence,
  { kind, requirement, onProgress }: Keeping,
): Promise<Kept | undefined> {
  if (kind === 'STRING' || evidence.image !== undefined || requirement?.skipUpload === true) {
    return undefined
  }
  const { dryRun, workflow } = session.state
  return keepEvidence(client, evidence, {
    runId: dryRun ? undefined : workflow.runId,
    onProgress: (sent) => onProgress?.(sent, evidence.size),
  })
}

function contentOf(
  { image, value, name }: FoundEvidence,
  { mainComponent }: Inspection,
  kept: Kept | undefined,
): MaterialContent {
  if (image !== undefined) return { type: 'image', image }
  if (value !== undefined) return { type: 'string', value }
  return {
    type: 'file',
    filename: name,
    ...(kept?.type === 'inline' && { content: kept.content }),
    ...(mainComponent && { mainComponent }),
  }
}

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

/** Without a name the content names itself, so that adding it twice is adding it once. */
function nameOf(name: string | undefined, { digest }: FoundEvidence): string {
  if (name === undefined) return `material-${hexOf(digest).slice(0, 12)}`
  if (NAME.test(name)) return name
  throw new MaterialRefused(
    `${JSON.stringify(name)} cannot be the name of a material: lower-case letters, digits and hyphens`,
  )
}
