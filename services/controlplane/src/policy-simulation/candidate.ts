import type {
  ContractSpec,
  PolicyAttachment,
  PolicyGroupAttachment,
} from '@chainloop/attestation/contract/contract'
import { outlineOf } from '@chainloop/attestation/contract/outline'
import { invalid } from '@chainloop/kit/errors'
import { parsePolicy } from '@chainloop/policy/documents/parse-policy'
import { loadPolicies } from '@chainloop/policy/evaluation/load-policies'
import { checkAttachments } from '@chainloop/policy/references/check-attachments'
import {
  closeReferences,
  type Closure,
  ContractNotClosed,
  type Load,
} from '@chainloop/policy/references/close-references'

import { readContract } from '../contracts/read-contract.ts'
import { containPolicy } from '../policy-store/contain-policy.ts'

export interface CandidateInput {
  readonly document: Uint8Array
  /** Inputs of a policy or group. */
  readonly with: Readonly<Record<string, string>>
  /** Of a policy without kinds; empty: none. */
  readonly materialName: string
}

/** The rules that runs are judged by, to see what they would have come to. */
export interface Candidate {
  readonly spec: ContractSpec
  readonly closure: Closure
  /** Of the policies that it stands in for; undefined: all that a contract had. */
  readonly names: ReadonlySet<string> | undefined
}

/**
 * A contract as it is written; a policy or a group as something that attaches it as a gate. Throws `invalid` with
 * everything that is wrong.
 */
export async function readCandidate(
  { document, with: given, materialName }: CandidateInput,
  load: Load,
): Promise<Candidate> {
  const isContract = !['Policy', 'PolicyGroup'].includes(outlineOf(document).kind)
  if (isContract) {
    return { ...(await closed(readContract(document).document.spec, load)), names: undefined }
  }
  const { kind, content } = await containPolicy(document, load)
  const own = new Map([[CANDIDATE, content]])
  const loading: Load = async (wanted) => own.get(wanted.location) ?? load(wanted)
  const spec =
    kind === 'policy'
      ? policySpec(content, attachmentOf({ given, materialName }))
      : groupSpec({ ref: CANDIDATE, with: given, skip: [], gate: true })
  const rules = await closed(spec, loading)
  const { materials, attestation } = loadPolicies(rules.spec, rules.closure)
  const names = [...materials, ...attestation].map(({ loaded }) => loaded.policy.metadata.name)
  return { ...rules, names: new Set(names) }
}

/** Where the document is that the simulation is about. */
const CANDIDATE = 'file:///candidate.yaml'

function attachmentOf({
  given,
  materialName,
}: {
  readonly given: CandidateInput['with']
  readonly materialName: string
}): PolicyAttachment {
  return {
    ref: CANDIDATE,
    disabled: false,
    with: given,
    requirements: [],
    gate: true,
    ...(materialName !== '' && { selector: { name: materialName, matchMode: 'EXACT' } }),
  }
}

function policySpec(content: Uint8Array, attachment: PolicyAttachment): ContractSpec {
  const kinds = parsePolicy(content).scripts.map(({ kind }) => kind)
  const materials = attachment.selector || kinds.some((kind) => kind && kind !== 'ATTESTATION')
  const attestation =
    !attachment.selector && kinds.some((kind) => kind === undefined || kind === 'ATTESTATION')
  return {
    ...EMPTY,
    policies: {
      materials: materials ? [attachment] : [],
      attestation: attestation ? [attachment] : [],
    },
  }
}

function groupSpec(attachment: PolicyGroupAttachment): ContractSpec {
  return { ...EMPTY, policyGroups: [attachment] }
}

const EMPTY: ContractSpec = {
  runner: undefined,
  materials: [],
  envAllowList: [],
  annotations: [],
  policies: { materials: [], attestation: [] },
  policyGroups: [],
}

async function closed(spec: ContractSpec, load: Load): Promise<Omit<Candidate, 'names'>> {
  try {
    const closure = await closeReferences(spec, load)
    const problems = checkAttachments(spec, closure)
    if (problems.length > 0) throw new ContractNotClosed(problems)
    return { spec, closure }
  } catch (cause) {
    if (!(cause instanceof ContractNotClosed)) throw cause
    throw invalid(cause.message, { reason: 'INVALID_POLICY', cause })
  }
}
