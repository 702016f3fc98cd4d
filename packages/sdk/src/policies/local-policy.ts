import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'

import type { ContractSpec, PolicyAttachment } from '@chainloop/attestation/contract/contract'
import { parsePolicy } from '@chainloop/policy/documents/parse-policy'
import type { Policy } from '@chainloop/policy/documents/policy'
import { loadPolicies, type AttachedPolicy } from '@chainloop/policy/evaluation/load-policies'
import { closeReferences, type Closure } from '@chainloop/policy/references/close-references'
import { isFile, ReferenceRefused } from '@chainloop/policy/references/locate'

import { readLocal } from '../contracts/referenced-files.ts'

/** A policy on this machine, with its scripts. */
export interface LocalPolicy {
  readonly contract: Pick<ContractSpec, 'policies' | 'policyGroups'>
  readonly closure: Closure
  readonly attached: AttachedPolicy
  readonly policy: Policy
}

export interface LocalPolicyOptions {
  readonly path: string
  readonly inputs?: Readonly<Record<string, string>>
}

/** Reads a policy and the scripts beside it; what is wrong with the policy itself is told first. Rejects with `InvalidPolicy`, `ContractNotClosed`. */
export async function readLocalPolicy({
  path,
  inputs = {},
}: LocalPolicyOptions): Promise<LocalPolicy> {
  parsePolicy(await readFile(path))
  const attachment: PolicyAttachment = {
    ref: `file://${basename(path)}`,
    disabled: false,
    with: inputs,
    requirements: [],
  }
  const contract = { policies: { materials: [attachment], attestation: [] }, policyGroups: [] }
  const around = { folder: dirname(resolve(path)) }
  const closure = await closeReferences(contract, async ({ location }) => {
    if (isFile(location)) return readLocal(location, around)
    throw new ReferenceRefused('only scripts beside the policy can be tried here')
  })
  const [attached] = loadPolicies(contract, closure).materials
  if (!attached) throw new TypeError('the policy is attached and not loaded')
  return { contract, closure, attached, policy: attached.loaded.policy }
}
