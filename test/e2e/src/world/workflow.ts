import { randomBytes } from 'node:crypto'

import { APITokenRole } from '@chainloop/proto/controlplane/v1/response_messages'

import type { Account } from './account.ts'
import type { World } from './world.ts'

/** What the stories' runs have to present, unless they say otherwise. */
export const contract = `apiVersion: chainloop.dev/v1
kind: Contract
metadata:
  name: NAME
spec:
  materials:
    - type: SBOM_CYCLONEDX_JSON
      name: sbom
    - type: JUNIT_XML
      name: tests
    - type: ARTIFACT
      name: binary
      output: true
`

export interface DeclaredWorkflow {
  readonly workflow: string
  readonly project: string
  readonly contract: string
  /** A service account that may attest on the project, and no more. */
  readonly job: Account
}

/** A contract, a workflow in a project of its own, and a service account for it. */
export async function declareWorkflow(
  { operator, account }: Pick<World, 'operator' | 'account'>,
  options: { readonly contract?: string; readonly project?: string } = {},
): Promise<DeclaredWorkflow> {
  const unique = randomBytes(4).toString('hex')
  const { project = `project-${unique}` } = options
  const name = `contract-${unique}`
  const workflow = `build-${unique}`
  const text = (options.contract ?? contract).replace('NAME', name)
  const { client } = operator
  await client.contracts.create({ name, rawContract: Buffer.from(text) })
  await client.workflows.create({ name: workflow, projectName: project, contractName: name })
  const created = await client.apiTokens.create({
    name: `ci-${unique}`,
    projectReference: { name: project },
    role: APITokenRole.API_TOKEN_ROLE_ATTESTER,
  })
  return { workflow, project, contract: name, job: account(created.result?.jwt ?? '') }
}
