import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { sha256 } from '@chainloop/attestation/digest'
import { ContractDocumentService } from '@chainloop/proto/contracts/v1/contract_document_service'
import { DocumentKind, type PinSchema } from '@chainloop/proto/contracts/v1/pin'
import { WorkflowContractVersionItemSchema } from '@chainloop/proto/controlplane/v1/response_messages'
import { createClient, createRouterTransport } from '@connectrpc/connect'
import { expect, test } from '@jest/globals'

import { pinnedContract, pinsOf } from './pinned-contract.ts'

const group = Buffer.from(`apiVersion: chainloop.dev/v1
kind: PolicyGroup
metadata: { name: g }
spec: { policies: { materials: [{ type: SARIF, name: scan }] } }
`)
const contract = Buffer.from(`apiVersion: chainloop.dev/v1
kind: Contract
metadata: { name: c }
spec:
  materials: [{ type: ARTIFACT, name: binary }]
  policyGroups: [{ ref: "https://policies.example/g.yaml" }]
`)

const reference = 'https://policies.example/g.yaml'
const pin = {
  kind: DocumentKind.POLICY_GROUP,
  reference,
  location: reference,
  digest: sha256(group),
  size: BigInt(group.length),
}
const item = (pins: MessageInitShape<typeof PinSchema>[] = [pin]) =>
  create(WorkflowContractVersionItemSchema, {
    contractName: 'c',
    revision: 3,
    rawContract: { body: contract },
    pins,
  })

function server(content: Uint8Array) {
  const asked: unknown[] = []
  const transport = createRouterTransport(({ service }) =>
    service(ContractDocumentService, {
      get({ digest, contractName, revision }) {
        asked.push({ digest, contractName, revision })
        return { content }
      },
    }),
  )
  return { asked, contractDocuments: createClient(ContractDocumentService, transport) }
}

test('the materials of a group come from the bytes that the revision pins', async () => {
  const client = server(group)

  const { contract: completed, warnings, pins } = await pinnedContract(client, item())

  expect(completed.spec.materials.map(({ name }) => name)).toEqual(['binary', 'scan'])
  expect({ warnings, pins }).toEqual({
    warnings: [],
    pins: [{ ...pin, kind: 'policy_group', referrer: '', size: group.length }],
  })
  expect(client.asked).toEqual([{ digest: sha256(group), contractName: 'c', revision: 3 }])
})

test('other bytes than those that are pinned are refused', async () => {
  await expect(pinnedContract(server(Buffer.from('other')), item())).rejects.toThrow(
    `${reference} is not ${sha256(group)}`,
  )
})

test('a contract that is not closed is refused', async () => {
  await expect(pinnedContract(server(group), item([]))).rejects.toThrow('does not pin')
})

test('pins of kinds that are not known yet are passed over', () => {
  expect(pinsOf(item([{ ...pin, kind: DocumentKind.UNSPECIFIED }]))).toEqual([])
})
