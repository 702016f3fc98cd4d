import { createHash } from 'node:crypto'

import { alreadyExists, forbidden, invalid } from '@chainloop/kit/errors'

import type { Actor } from '../auth/actor.ts'
import { closed, type Closing } from '../contracts/closing.ts'
import * as contracts from '../contracts/contract-repo.ts'
import type { Contract } from '../contracts/contract.ts'
import { emptyContract } from '../contracts/empty-contract.ts'
import { getContract } from '../contracts/get-contract.ts'
import { type ContractText, readContract } from '../contracts/read-contract.ts'
import { insertContract } from '../contracts/write-contract.ts'
import type { Db } from '../db/db.ts'
import { getOrganization } from '../organizations/get-organization.ts'
import type { Project } from '../projects/project.ts'

export interface ContractChoice {
  readonly project: Project
  readonly workflowName: string
  /** Name of an existing contract; excludes `contractBytes`. Empty: none. */
  readonly contractName: string
  /** Text of a new contract. Empty: none. */
  readonly contractBytes: Uint8Array
  readonly closing: Closing
}

/** The contract of a new workflow: the one named, a new one with this text, or one that asks for nothing. Its id. */
export async function resolveContract(
  tx: Db,
  actor: Actor,
  choice: ContractChoice,
): Promise<string> {
  const { project, contractName, contractBytes } = choice
  if (contractName !== '' && contractBytes.length > 0) {
    throw invalid('a workflow gets either an existing contract or the text of a new one')
  }
  if (contractName !== '') return usable(await lockedContract(tx, actor, contractName), project).id
  if (contractBytes.length > 0) return newContract(tx, actor, choice)
  return defaultContract(tx, actor, choice)
}

/** Locked, so that it is not deleted before the workflow is there. */
export async function lockedContract(tx: Db, actor: Actor, name: string): Promise<Contract> {
  const { id, organizationId } = await getContract(tx, actor, { name })
  await contracts.lock(tx, { organizationId, id })
  return getContract(tx, actor, { name })
}

/** Throws unless workflows of this project may use it. */
export function usable(contract: Contract, project: Pick<Project, 'id' | 'name'>): Contract {
  if (contract.project === undefined || contract.project.name === project.name) return contract
  throw forbidden(`contract ${contract.name} belongs to another project`, {
    reason: 'CONTRACT_OF_OTHER_PROJECT',
  })
}

async function newContract(tx: Db, actor: Actor, choice: ContractChoice): Promise<string> {
  const text = readContract(choice.contractBytes)
  return insert(tx, actor, {
    project: choice.project,
    name: text.document.metadata.name || defaultName(choice),
    text,
    closing: choice.closing,
  })
}

async function defaultContract(tx: Db, actor: Actor, choice: ContractChoice): Promise<string> {
  const name = defaultName(choice)
  const existing = await contracts.find(tx, { organizationId: actor.organizationId, name })
  if (existing) return usable(await lockedContract(tx, actor, name), choice.project).id
  return insert(tx, actor, {
    project: choice.project,
    name,
    text: readContract(emptyContract(name)),
    closing: choice.closing,
  })
}

async function insert(
  tx: Db,
  actor: Actor,
  {
    project,
    name,
    text,
    closing,
  }: { project: Project; name: string; text: ContractText; closing: Closing },
): Promise<string> {
  const { settings } = await getOrganization(tx, actor)
  if (settings.restrictContractCreationToOrgAdmins && !actor.can('contract:create')) {
    throw forbidden('only operators create contracts in this organization', {
      reason: 'RESTRICTED_CONTRACT_CREATION',
    })
  }
  if (await contracts.find(tx, { organizationId: actor.organizationId, name })) {
    throw alreadyExists('contract', name, { hint: 'name it as the contract of the workflow' })
  }
  const { description } = text.document.metadata
  return insertContract(tx, actor, {
    name,
    projectId: project.id,
    description,
    closed: closed(text, closing),
  })
}

const MAX_NAME = 63

/** `<project>-<workflow>`, cut and made unique by a digest where that is too long. */
function defaultName({
  project,
  workflowName,
}: Pick<ContractChoice, 'project' | 'workflowName'>): string {
  const full = `${project.name}-${workflowName}`
  if (full.length <= MAX_NAME) return full
  const digest = createHash('sha256').update(full).digest('hex').slice(0, 8)
  return `${full.slice(0, MAX_NAME - digest.length - 1)}-${digest}`
}
