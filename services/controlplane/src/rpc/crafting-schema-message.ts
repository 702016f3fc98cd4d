import { fromJsonString, type MessageInitShape } from '@bufbuild/protobuf'
import type {
  Contract,
  MaterialRequirement,
  PolicyAttachment,
  PolicyGroupAttachment,
} from '@chainloop/attestation/contract/contract'
import { MATERIAL_KIND_NUMBERS } from '@chainloop/attestation/materials/material-kind'
import {
  type CraftingSchema_MaterialSchema,
  type CraftingSchemaSchema,
  PolicyAttachment_MaterialSelector_MatchMode as MatchMode,
  type PolicyAttachmentSchema,
  type PolicyGroupAttachmentSchema,
  PolicySchema,
} from '@chainloop/proto/workflowcontract/v1/crafting_schema'

import { runnerTypeNumber } from './runner-type-message.ts'

/** The v1 shape, which has a place for everything that a contract asks for. */
export function craftingSchemaMessage({
  spec,
}: Contract): MessageInitShape<typeof CraftingSchemaSchema> {
  return {
    schemaVersion: 'v1',
    materials: spec.materials.map(materialMessage),
    envAllowList: [...spec.envAllowList],
    ...(spec.runner ? { runner: { type: runnerTypeNumber(spec.runner.type) } } : {}),
    annotations: spec.annotations.map(({ name, value }) => ({ name, value })),
    policies: {
      materials: spec.policies.materials.map(attachmentMessage),
      attestation: spec.policies.attestation.map(attachmentMessage),
    },
    policyGroups: spec.policyGroups.map(groupMessage),
  }
}

function materialMessage(
  material: MaterialRequirement,
): MessageInitShape<typeof CraftingSchema_MaterialSchema> {
  return {
    type: MATERIAL_KIND_NUMBERS[material.type],
    name: material.name,
    optional: material.optional,
    output: material.output,
    annotations: material.annotations.map(({ name, value }) => ({ name, value })),
    skipUpload: material.skipUpload,
    group: material.group,
  }
}

export function attachmentMessage(
  attachment: PolicyAttachment,
): MessageInitShape<typeof PolicyAttachmentSchema> {
  const { selector } = attachment
  return {
    policy: policyOf(attachment),
    ...(selector
      ? { selector: { name: selector.name, matchMode: MatchMode[selector.matchMode] } }
      : {}),
    disabled: attachment.disabled,
    with: { ...attachment.with },
    requirements: [...attachment.requirements],
    ...(attachment.gate === undefined ? {} : { gate: attachment.gate }),
    runtimeInputs: [...(attachment.runtimeInputs ?? [])],
    shadow: attachment.shadow ?? false,
  }
}

type PolicyOf = NonNullable<MessageInitShape<typeof PolicyAttachmentSchema>['policy']>

/** A policy that this shape cannot tell stays in the raw text only, which is what counts. */
function policyOf({ ref, embedded }: PolicyAttachment): PolicyOf {
  if (embedded === undefined) return { case: 'ref', value: ref ?? '' }
  try {
    const value = fromJsonString(PolicySchema, JSON.stringify(embedded), {
      ignoreUnknownFields: true,
    })
    return { case: 'embedded', value }
  } catch {
    return { case: undefined }
  }
}

function groupMessage(
  group: PolicyGroupAttachment,
): MessageInitShape<typeof PolicyGroupAttachmentSchema> {
  return {
    ref: group.ref,
    with: { ...group.with },
    skip: [...group.skip],
    ...(group.gate === undefined ? {} : { gate: group.gate }),
    shadow: group.shadow ?? false,
  }
}
