import { InvalidPattern, compilePattern } from '@chainloop/attestation/verify/identity'
import { DomainError, invalid } from '@chainloop/kit/errors'

import * as audit from '../audit/audit.ts'
import { type Actor, actorReference } from '../auth/actor.ts'
import type { Context } from '../context.ts'
import { type Db, inTransaction } from '../db/db.ts'
import { assertName } from '../names.ts'
import { getProject } from '../projects/get-project.ts'
import type { Signing } from '../signing/signing.ts'
import { readMaterial } from './read-material.ts'
import type { GivenMaterial } from './read-material.ts'
import * as signers from './signer-repo.ts'
import type { Signer, SignerProject, SignerPurpose } from './signer.ts'

export interface AddSignerInput {
  readonly name: string
  readonly material: GivenMaterial
  readonly purpose: SignerPurpose
  readonly identity: string
  readonly issuer: string
  /** Undefined: all of the organization. */
  readonly projectNames: readonly string[] | undefined
  readonly notBefore: Date | undefined
  readonly notAfter: Date | undefined
}

export interface SignerDeps extends Pick<Context, 'db'> {
  readonly signing: Pick<Signing, 'certificates'>
}

/** Effective with the next Store. */
export async function addSigner(
  { db, signing }: SignerDeps,
  actor: Actor,
  input: AddSignerInput,
): Promise<Signer> {
  actor.require('signer:create')
  const { name, identity, issuer, purpose } = input
  assertName('signer', name)
  assertIdentity(input)
  const window = windowOf(input, new Date())
  const material = readMaterial(input.material, { own: signing.certificates, purpose })
  return inTransaction(db, async (tx) => {
    const { organizationId } = actor
    const projects = input.projectNames && (await projectsOf(tx, actor, input.projectNames))
    const signer = await signers.insert(tx, {
      organizationId,
      name,
      purpose,
      ...material,
      identity,
      issuer,
      projects,
      ...window,
      createdBy: actorReference(actor),
    })
    if (!signer) throw inUse(name, material.fingerprint)
    await audit.record(tx, {
      organizationId,
      actor,
      action: 'signer.added',
      targetType: 'signer',
      targetId: signer.id,
      details: auditDetails(signer),
    })
    return signer
  })
}

function auditDetails(signer: Signer): Record<string, unknown> {
  const { name, kind, fingerprint, identity, issuer, notBefore, notAfter, projects } = signer
  return {
    name,
    kind,
    purpose: signer.purpose,
    fingerprint,
    ...(identity === '' ? {} : { identity }),
    ...(issuer === '' ? {} : { issuer }),
    projects: projects?.map((project) => project.name) ?? 'all',
    notBefore: notBefore.toISOString(),
    ...(notAfter ? { notAfter: notAfter.toISOString() } : {}),
  }
}

/** A name in a certificate of the public good instance anybody can have: not without saying whose. */
function assertIdentity({ material: { kind }, identity, issuer }: AddSignerInput): void {
  if (kind === 'public_key' && (identity !== '' || issuer !== '')) {
    throw invalid('a public key has neither identity nor issuer', { reason: 'INVALID_IDENTITY' })
  }
  if (kind === 'fulcio' && (identity === '' || issuer === '')) {
    throw invalid('a Fulcio root needs the identity and the issuer that it is trusted for', {
      reason: 'IDENTITY_REQUIRED',
    })
  }
  try {
    compilePattern(identity)
  } catch (cause) {
    if (!(cause instanceof InvalidPattern)) throw cause
    throw invalid(`the identity is not a pattern: ${cause.message}`, {
      reason: 'INVALID_IDENTITY',
      cause,
    })
  }
}

function windowOf(
  { notBefore, notAfter }: Pick<AddSignerInput, 'notBefore' | 'notAfter'>,
  now: Date,
): Pick<Signer, 'notBefore' | 'notAfter'> {
  const start = notBefore ?? now
  if (notAfter && (notAfter <= start || notAfter <= now)) {
    throw invalid('the window of the signer has ended before it begins', {
      reason: 'INVALID_WINDOW',
    })
  }
  return { notBefore: start, notAfter }
}

async function projectsOf(
  tx: Db,
  actor: Actor,
  names: readonly string[],
): Promise<SignerProject[]> {
  if (names.length === 0) {
    throw invalid('say which projects the signer may sign for, or that it may for all of them', {
      reason: 'PROJECTS_REQUIRED',
    })
  }
  const projects: SignerProject[] = []
  for (const name of new Set(names)) {
    const project = await getProject(tx, actor, { name })
    projects.push({ id: project.id, name: project.name })
  }
  return projects
}

function inUse(name: string, fingerprint: string): DomainError {
  return new DomainError(
    'already_exists',
    `there is a signer ${name} already, or one with the key ${fingerprint}`,
    { reason: 'SIGNER_ALREADY_EXISTS' },
  )
}
