import type { MaterialRequirement } from '@chainloop/attestation/contract/contract'
import { sha256 } from '@chainloop/attestation/digest'
import type { Inspection } from '@chainloop/attestation/materials/crafter'
import { InvalidMaterial } from '@chainloop/attestation/materials/crafter'
import type { Evidence } from '@chainloop/attestation/materials/evidence'
import type { Material, MaterialContent } from '@chainloop/attestation/materials/material'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import { toDescriptor } from '@chainloop/attestation/materials/to-descriptor'

import type { CasBackend } from '../cas-backends/cas-backend.ts'
import type { Possession } from '../cas-mappings/possession.ts'
import { BlobUnreadable } from './blob-store.ts'
import type { BlobStore } from './blob-store.ts'
import { compareAnnotations } from './compare-annotations.ts'
import type { FieldStatus } from './field-status.ts'
import type { MaterialClaim } from './material-claims.ts'
import { refuse } from './refusal.ts'

/** The crafter of a kind: the same code that the job ran. Rejects with `InvalidMaterial`. */
export type Inspect = (kind: MaterialKind, evidence: Evidence) => Promise<Inspection>

/** What others have signed and a job brings: who it was. */
export type JudgeSignature = (claim: MaterialClaim, evidence: Evidence) => Promise<FieldStatus[]>

export interface Judge {
  readonly inspect: Inspect
  readonly judgeSignature: JudgeSignature
  readonly blobs: Pick<BlobStore, 'read'>
  readonly backend: CasBackend
  readonly projectId: string
  /** What the project brought to this backend, by digest. */
  readonly possessions: ReadonlyMap<string, Possession>
}

/** Looks at the bytes of one material and compares. Throws at the first thing that is not as the statement says. */
export async function judgeMaterial(
  judge: Judge,
  claim: MaterialClaim,
  requirement: MaterialRequirement | undefined,
): Promise<FieldStatus[]> {
  assertKind(claim, requirement)
  const evidence = evidenceOf(judge, claim, requirement)
  const { field } = claim
  if (!evidence) return [...claimedFields(claim), ...compareAnnotations(claim, {}, requirement)]

  const inspection = await inspect(judge, claim, evidence)
  const derived = derivedAnnotations(claim, evidence, inspection)
  const source = claim.place.type === 'cas' ? 'receipt' : 'statement'
  return [
    { field: `${field}.digest`, source, verified: true },
    { field: `${field}.size`, source, verified: true },
    { field: `${field}.kind`, source: 'bytes', verified: true },
    ...(claim.fileName === ''
      ? []
      : [{ field: `${field}.name`, source: 'job' as const, verified: false }]),
    ...compareAnnotations(claim, derived, requirement),
    ...(await judge.judgeSignature(claim, evidence)),
  ]
}

function assertKind(
  { field, kind, name }: MaterialClaim,
  requirement: MaterialRequirement | undefined,
): void {
  if (!requirement || requirement.type === kind) return
  throw refuse(
    'CONTRACT_NOT_MET',
    `${field} is of kind ${kind}, but the contract wants ${name} to be ${requirement.type}`,
    { field: `${field}.kind` },
  )
}

/** Undefined: the server has no bytes to look at, and everything about the material stays the job's word. */
function evidenceOf(
  judge: Judge,
  claim: MaterialClaim,
  requirement: MaterialRequirement | undefined,
): Evidence | undefined {
  switch (claim.place.type) {
    case 'statement':
      return embedded(claim, claim.place.content)
    case 'cas':
      return uploaded(judge, claim)
    case 'registry':
      return undefined
    case 'job':
      if (requirement?.skipUpload) return undefined
      throw refuse(
        'MATERIAL_NOT_UPLOADED',
        `${claim.field} is neither uploaded nor embedded, and the contract does not allow that`,
        { field: claim.field },
      )
    default:
      return claim.place satisfies never
  }
}

function embedded(claim: MaterialClaim, content: Uint8Array): Evidence {
  if (sha256(content) !== claim.digest) {
    throw refuse('MATERIAL_MISMATCH', `${claim.field}.digest is not that of its content`, {
      field: `${claim.field}.digest`,
    })
  }
  return {
    name: claim.fileName,
    size: content.length,
    async *open() {
      yield content
    },
    ...(claim.kind === 'STRING' && { value: new TextDecoder().decode(content) }),
  }
}

/** Unknown digests and those that only others have uploaded are refused alike. */
function uploaded(
  { blobs, backend, projectId, possessions }: Judge,
  claim: MaterialClaim,
): Evidence {
  const { digest, field, fileName } = claim
  const possession = possessions.get(digest)
  if (!possession) {
    throw refuse(
      'MATERIAL_NOT_UPLOADED',
      `${field}.digest: this project has not uploaded ${digest} to storage backend ${backend.name}`,
      { field: `${field}.digest` },
    )
  }
  const { size } = possession
  return { name: fileName, size, open: () => blobs.read({ backend, projectId, digest, size }) }
}

async function inspect(
  judge: Judge,
  { field, kind }: MaterialClaim,
  evidence: Evidence,
): Promise<Inspection> {
  try {
    return await judge.inspect(kind, evidence)
  } catch (cause) {
    if (cause instanceof InvalidMaterial) {
      throw refuse('MATERIAL_MISMATCH', `${field} is not ${kind}: ${cause.message}`, {
        field: `${field}.kind`,
        cause,
      })
    }
    if (cause instanceof BlobUnreadable) {
      throw refuse('MATERIAL_UNREADABLE', `${field} cannot be read: ${cause.message}`, {
        field,
        cause,
      })
    }
    throw cause
  }
}

/** The annotations that the same bytes give here. */
function derivedAnnotations(
  claim: MaterialClaim,
  evidence: Evidence,
  { annotations, mainComponent }: Inspection,
): Readonly<Record<string, string | boolean>> {
  const file = { type: 'file', filename: claim.fileName, mainComponent } as const
  const what: MaterialContent =
    claim.kind === 'STRING' ? { type: 'string', value: evidence.value ?? '' } : file
  const material: Material = {
    name: claim.name,
    kind: claim.kind,
    digest: `sha256:${claim.digest.slice('sha256:'.length)}`,
    what,
    size: evidence.size,
    uploaded: claim.place.type === 'cas',
    inline: claim.place.type === 'statement' && claim.kind !== 'STRING',
    output: false,
    required: false,
    annotations: { 'chainloop.material.size': String(evidence.size), ...annotations },
    addedAt: new Date(0),
  }
  return toDescriptor(material).annotations
}

function claimedFields({ field, fileName }: MaterialClaim): FieldStatus[] {
  const places = ['digest', 'kind', ...(fileName === '' ? [] : ['name'])]
  return places.map((place) => ({ field: `${field}.${place}`, source: 'job', verified: false }))
}
