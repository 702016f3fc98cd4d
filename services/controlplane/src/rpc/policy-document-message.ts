import type { MessageInitShape } from '@bufbuild/protobuf'
import { MATERIAL_KIND_NUMBERS } from '@chainloop/attestation/materials/material-kind'
import type {
  Phase,
  Policy,
  PolicyGroup,
  PolicyInput,
  PolicyMetadata,
  PolicyScript,
} from '@chainloop/policy/documents/policy'
import {
  AttestationPhase,
  type MetadataSchema,
  PolicyAttachment_MaterialSelector_MatchMode as MatchMode,
  type PolicyGroupSchema,
  type PolicyInputSchema,
  type PolicySchema,
  type PolicySpecV2Schema,
} from '@chainloop/proto/workflowcontract/v1/crafting_schema'

import { attachmentMessage } from './crafting-schema-message.ts'

const API_VERSION = 'chainloop.dev/v1'

export function policyMessage({
  metadata,
  scripts,
  inputs,
}: Policy): MessageInitShape<typeof PolicySchema> {
  return {
    apiVersion: API_VERSION,
    kind: 'Policy',
    metadata: metadataMessage(metadata),
    spec: { policies: scripts.map(scriptMessage), inputs: inputs.map(inputMessage) },
  }
}

export function policyGroupMessage(group: PolicyGroup): MessageInitShape<typeof PolicyGroupSchema> {
  return {
    apiVersion: API_VERSION,
    kind: 'PolicyGroup',
    metadata: metadataMessage(group.metadata),
    spec: {
      inputs: group.inputs.map(inputMessage),
      policies: {
        materials: group.materials.map(({ type, name, optional, matchMode, policies }) => ({
          ...(type && { type: MATERIAL_KIND_NUMBERS[type] }),
          name,
          optional,
          matchMode: MatchMode[matchMode],
          policies: policies.map(attachmentMessage),
        })),
        attestation: group.attestation.map(attachmentMessage),
      },
    },
  }
}

function metadataMessage({
  name,
  description,
  annotations,
  organization,
  findingType,
}: PolicyMetadata): MessageInitShape<typeof MetadataSchema> {
  return {
    name,
    description,
    annotations: { ...annotations },
    ...(organization !== '' && { organization }),
    ...(findingType && { findingType }),
  }
}

function inputMessage({
  name,
  description,
  required,
  default: preset,
}: PolicyInput): MessageInitShape<typeof PolicyInputSchema> {
  return { name, description, required, default: preset }
}

const PHASES: Readonly<Record<Phase, AttestationPhase>> = {
  INIT: AttestationPhase.INIT,
  PUSH: AttestationPhase.PUSH,
}

function scriptMessage({
  kind,
  phases,
  language,
  source,
}: PolicyScript): MessageInitShape<typeof PolicySpecV2Schema> {
  return {
    source:
      'embedded' in source
        ? { case: 'embedded', value: source.embedded }
        : { case: 'ref', value: source.ref },
    ...(kind && { kind: MATERIAL_KIND_NUMBERS[kind] }),
    attestationPhases: phases.map((phase) => PHASES[phase]),
    ...(language && { language }),
  }
}
