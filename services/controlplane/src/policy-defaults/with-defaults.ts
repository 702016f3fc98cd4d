import type {
  ContractSpec,
  PolicyAttachment,
  PolicyGroupAttachment,
} from '@chainloop/attestation/contract/contract'
import { isDigest } from '@chainloop/attestation/digest'
import { parsePolicy } from '@chainloop/policy/documents/parse-policy'
import { closeReferences, type Closure } from '@chainloop/policy/references/close-references'
import { pinnedDocument } from '@chainloop/policy/references/pinned-document'

import type { Db } from '../db/db.ts'
import { storedDocuments } from '../policy-store/stored-documents.ts'
import type { Run } from '../runs/run.ts'
import * as defaults from './policy-default-repo.ts'
import type { PolicyDefault } from './policy-default.ts'

/** What a run is judged by. */
export interface Rules {
  readonly spec: ContractSpec
  readonly closure: Closure
}

/**
 * The rules of a contract with the defaults that were in force when the run was opened. A contract has no say in them:
 * what it attaches itself is asked besides. Groups among them name no materials that the run would have to present.
 */
export async function withDefaults(
  db: Db,
  run: Pick<Run, 'organization' | 'createdAt'>,
  own: Rules,
): Promise<Rules> {
  const { id: organizationId, name: organizationName } = run.organization
  const inForce = await defaults.listInForce(db, { organizationId, at: run.createdAt })
  if (inForce.length === 0) return own
  const attached = inForce.map((one) => ({ ...one, ref: referenceTo(one, organizationName) }))
  const found = await closeReferences(
    {
      policies: { materials: attached.filter(isPolicy).map(attachment), attestation: [] },
      policyGroups: attached.filter((one) => !isPolicy(one)).map(groupAttachment),
    },
    storedDocuments(db, { organizationId, organizationName }),
  )
  return { spec: merged(own.spec, attached, found), closure: both(own.closure, found) }
}

type Attached = PolicyDefault & { readonly ref: string }

function isPolicy({ kind }: PolicyDefault): boolean {
  return kind === 'policy'
}

/** A contract that writes the same reference means the same version. */
function referenceTo({ name, version, digest }: PolicyDefault, organizationName: string): string {
  if (!isDigest(digest)) throw new TypeError(`${digest} is not a digest`)
  return `chainloop://${organizationName}/${name}@${version}@${digest}`
}

function merged(spec: ContractSpec, attached: readonly Attached[], closure: Closure): ContractSpec {
  const policies = attached.filter(isPolicy).map((one) => ({
    attachment: attachment(one),
    kinds: parsePolicy(pinnedDocument(closure, { kind: 'policy', ref: one.ref }).bytes).scripts.map(
      ({ kind }) => kind,
    ),
  }))
  const judging = (is: (kind: string | undefined) => boolean): PolicyAttachment[] =>
    policies.filter(({ kinds }) => kinds.some(is)).map((one) => one.attachment)
  return {
    ...spec,
    policies: {
      materials: [
        ...spec.policies.materials,
        ...judging((kind) => kind !== undefined && kind !== 'ATTESTATION'),
      ],
      attestation: [
        ...spec.policies.attestation,
        ...judging((kind) => kind === undefined || kind === 'ATTESTATION'),
      ],
    },
    policyGroups: [
      ...spec.policyGroups,
      ...attached.filter((one) => !isPolicy(one)).map(groupAttachment),
    ],
  }
}

function attachment({ ref, gate, shadow, with: given }: Attached): PolicyAttachment {
  return {
    ref,
    disabled: false,
    with: given,
    requirements: [],
    ...(gate !== undefined && { gate }),
    ...(shadow && { shadow }),
  }
}

function groupAttachment({ ref, gate, shadow, with: given }: Attached): PolicyGroupAttachment {
  return {
    ref,
    with: given,
    skip: [],
    ...(gate !== undefined && { gate }),
    ...(shadow && { shadow }),
  }
}

function both(own: Closure, found: Closure): Closure {
  return {
    pins: [...own.pins, ...found.pins],
    documents: new Map([...own.documents, ...found.documents]),
  }
}
