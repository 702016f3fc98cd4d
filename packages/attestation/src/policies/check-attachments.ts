import type { ContractSpec, PolicyAttachment, PolicyGroupAttachment } from '../contract/contract.ts'
import type { Closure } from './close-references.ts'
import type { DocumentKind } from './document-reference.ts'
import { documentReference } from './document-reference.ts'
import { withGroupMaterials } from './group-materials.ts'
import { InvalidInput, inputsFor } from './inputs.ts'
import type { PolicyGroupDocument } from './policy-document.ts'
import {
  InvalidPolicyDocument,
  readEmbeddedPolicy,
  readPolicy,
  readPolicyGroup,
} from './read-policy-document.ts'

/** What is wrong between a contract and what it refers to: inputs that are missing, skipped policies that are not there. */
export function checkAttachments(spec: ContractSpec, closure: Closure): string[] {
  const attachments = [...spec.policies.materials, ...spec.policies.attestation]
  return [
    ...attachments.flatMap((one) => problemsIn(() => checkPolicy(one, closure))),
    ...spec.policyGroups.flatMap((one) => problemsIn(() => checkGroup(one, closure))),
    ...problemsIn(() => {
      withGroupMaterials({ spec }, (ref) => find(closure, { kind: 'policy_group', ref }).bytes)
    }),
  ].filter((problem, at, all) => all.indexOf(problem) === at)
}

function problemsIn(check: () => void): string[] {
  try {
    check()
    return []
  } catch (cause) {
    if (cause instanceof InvalidInput || cause instanceof InvalidPolicyDocument) {
      return [cause.message]
    }
    throw cause
  }
}

function checkPolicy({ ref, embedded, with: given }: PolicyAttachment, closure: Closure): void {
  if (embedded) inputsFor(readEmbeddedPolicy(embedded), given)
  else if (ref !== undefined)
    inputsFor(readPolicy(find(closure, { kind: 'policy', ref }).bytes), given)
}

function checkGroup({ ref, with: given, skip }: PolicyGroupAttachment, closure: Closure): void {
  const { bytes, location } = find(closure, { kind: 'policy_group', ref })
  const group = readPolicyGroup(bytes)
  inputsFor(group, given)
  const names = new Set(namesOf(group, closure, location))
  const absent = skip.filter((name) => !names.has(name))
  if (absent.length > 0) {
    throw new InvalidInput(`group ${group.name} has no policy ${absent.join(', ')} to skip`)
  }
}

function namesOf({ policies }: PolicyGroupDocument, closure: Closure, referrer: string): string[] {
  return policies.flatMap(({ ref, embedded }) => {
    if (embedded) return [readEmbeddedPolicy(embedded).name]
    if (ref === undefined) return []
    return [readPolicy(find(closure, { kind: 'policy', ref, referrer }).bytes).name]
  })
}

interface Found {
  readonly bytes: Uint8Array
  readonly location: string
}

function find(
  { pins, documents }: Closure,
  { kind, ref, referrer = '' }: { kind: DocumentKind; ref: string; referrer?: string },
): Found {
  const { reference } = documentReference(kind, ref)
  const pin = pins.find(
    (one) => one.kind === kind && one.reference === reference && one.referrer === referrer,
  )
  const bytes = pin && documents.get(pin.digest)
  if (!pin || !bytes) throw new Error(`${ref} is not pinned`)
  return { bytes, location: pin.location }
}
