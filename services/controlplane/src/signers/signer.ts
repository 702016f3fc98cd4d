/** Who besides the job CA may sign attestations of an organization. */
export interface Signer {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly kind: SignerKind
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

export function maySignFor(
  { projects }: Pick<Signer, 'projects'>,
  projectIds: readonly string[] | undefined,
): boolean {
  if (projects === undefined || projectIds === undefined) return true
  return projects.some(({ id }) => projectIds.includes(id))
}
