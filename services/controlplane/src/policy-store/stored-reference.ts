import { type Digest, isDigest } from '@chainloop/attestation/digest'
import { invalid } from '@chainloop/kit/errors'
import { ReferenceRefused } from '@chainloop/policy/references/locate'

/** What a reference says about something in the store; the latest version where it says none. */
export interface StoredReference {
  readonly name: string
  readonly version: number | undefined
  readonly digest: Digest | undefined
}

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?'
const REFERENCE = new RegExp(
  `^(?:chainloop://)?(?:(${LABEL}):)?(?:(${LABEL})/)?(${LABEL})(?:@([1-9][0-9]{0,8}))?(?:@(sha256:[0-9a-f]{64}))?$`,
)

/** `[chainloop://][organization/]name[@version][@sha256:<hex>]`. Throws `ReferenceRefused`. */
export function readReference(
  reference: string,
  { organizationName }: { readonly organizationName: string },
): StoredReference {
  const found = REFERENCE.exec(reference)
  if (!found) throw new ReferenceRefused(`${reference} is not the name of a stored policy`)
  const [, provider, organization = organizationName, name = '', version, digest = ''] = found
  if (provider !== undefined) {
    throw new ReferenceRefused(
      `${reference} names the provider ${provider}, and is not stored here`,
    )
  }
  if (organization !== organizationName) {
    throw new ReferenceRefused(`${reference} is of another organization than ${organizationName}`)
  }
  return {
    name,
    version: version === undefined ? undefined : Number(version),
    digest: isDigest(digest) ? digest : undefined,
  }
}

/** The same for what a client asks. Throws `invalid`. */
export function requestedReference(
  reference: string,
  organization: { readonly organizationName: string },
): StoredReference {
  try {
    return readReference(reference, organization)
  } catch (cause) {
    if (!(cause instanceof ReferenceRefused)) throw cause
    throw invalid(cause.message, { reason: 'INVALID_POLICY_REFERENCE' })
  }
}
