import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type { Pin } from '@chainloop/policy/references/close-references'
import { DocumentKind, type PinSchema } from '@chainloop/proto/contracts/v1/pin'
import {
  type WorkflowContractItemSchema,
  WorkflowContractVersionItem_RawBody_Format as Format,
  type WorkflowContractVersionItemSchema,
} from '@chainloop/proto/controlplane/v1/response_messages'

import type { Contract, ContractFormat, ContractRevision } from '../contracts/contract.ts'
import { readContract } from '../contracts/read-contract.ts'
import { craftingSchemaMessage } from './crafting-schema-message.ts'

const FORMAT = {
  json: Format.JSON,
  yaml: Format.YAML,
} as const satisfies Record<ContractFormat, Format>

export function contractMessage(
  contract: Contract,
): MessageInitShape<typeof WorkflowContractItemSchema> {
  const { project } = contract
  return {
    id: contract.id,
    name: contract.name,
    description: contract.description,
    createdAt: timestampFromDate(contract.createdAt),
    updatedAt: timestampFromDate(contract.updatedAt),
    latestRevision: contract.latestRevision,
    latestRevisionCreatedAt: timestampFromDate(contract.latestRevisionAt),
    workflowNames: contract.workflows.map(({ name }) => name),
    workflowRefs: contract.workflows.map(({ id, name, projectName }) => ({
      id,
      name,
      projectName,
    })),
    ...(project ? { scopedEntity: { type: 'project', ...project } } : {}),
  }
}

/** The text as it was given, and its reading in the shape that old clients know. */
export function contractRevisionMessage(
  revision: ContractRevision,
  { name }: { readonly name: string },
): MessageInitShape<typeof WorkflowContractVersionItemSchema> {
  const { document } = readContract(revision.rawBody)
  return {
    id: revision.id,
    revision: revision.revision,
    createdAt: timestampFromDate(revision.createdAt),
    rawContract: { body: new Uint8Array(revision.rawBody), format: FORMAT[revision.format] },
    contract: { case: 'v1', value: craftingSchemaMessage(document) },
    contractName: name,
    description: revision.description,
    pins: revision.pins.map(pinMessage),
  }
}

const KIND = {
  policy: DocumentKind.POLICY,
  policy_group: DocumentKind.POLICY_GROUP,
  script: DocumentKind.SCRIPT,
} as const satisfies Record<Pin['kind'], DocumentKind>

export function pinMessage({ kind, size, ...pin }: Pin): MessageInitShape<typeof PinSchema> {
  return { ...pin, kind: KIND[kind], size: BigInt(size) }
}
