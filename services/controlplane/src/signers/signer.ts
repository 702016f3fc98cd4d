/** Whose signatures count in an organization besides those of the job CA. */
export interface Signer {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly kind: SignerKind
  readonly purpose: SignerPurpose
  /** `sha256:<hex>`: of a key's SubjectPublicKeyInfo, of the DER of a chain's root. */
  readonly fingerprint: string
  /** A public key: PEM. Everything else: JSON of a Sigstore trusted root. */
  readonly material: Uint8Array
  /** RE2 pattern for the whole name in the certificate; empty: any. */
  readonly identity: string
  /** Exact OIDC issuer in the certificate; empty: any. */
  readonly issuer: string
  /** Undefined: all of the organization. */
  readonly projects: readonly SignerProject[] | undefined
  readonly notBefore: Date
  readonly notAfter: Date | undefined
  readonly createdAt: Date
}

export interface SignerProject {
  readonly id: string
  readonly name: string
}

export const SIGNER_KINDS = ['public_key', 'certificate_chain', 'fulcio'] as const

export type SignerKind = (typeof SIGNER_KINDS)[number]

export function isSignerKind(kind: string): kind is SignerKind {
  return SIGNER_KINDS.some((known) => known === kind)
}

/**
 * `attestations`: signs those of the organization's runs. `materials`: what it signed elsewhere is believed where a job
 * brings it; it signs no attestation here.
 */
export const SIGNER_PURPOSES = ['attestations', 'materials'] as const

export type SignerPurpose = (typeof SIGNER_PURPOSES)[number]

export function isSignerPurpose(purpose: string): purpose is SignerPurpose {
  return SIGNER_PURPOSES.some((known) => known === purpose)
}

export function maySignFor(
  { projects }: Pick<Signer, 'projects'>,
  projectIds: readonly string[] | undefined,
): boolean {
  if (projects === undefined || projectIds === undefined) return true
  return projects.some(({ id }) => projectIds.includes(id))
}
