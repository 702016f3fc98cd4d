import { forbidden } from '@chainloop/kit/errors'

import type { Place, ProviderId } from '../backend.ts'

/** Locations that this process may open with its own identity, for organizations that bring no credentials. */
export interface OwnIdentity {
  /** Whether the operator has listed the location. */
  allows(provider: ProviderId, place: Pick<Place, 'location'>): boolean
  /**
   * The prefix of everything that the organization stores there, so that none reaches what belongs to another. Throws
   * `forbidden` (OWN_IDENTITY_NOT_ALLOWED) unless the operator has listed the location.
   */
  prefixFor(provider: ProviderId, place: Pick<Place, 'organizationId' | 'location'>): string
}

/** Entries: `<provider>:<location>`, as in `AWS-S3:evidence`. */
export function ownIdentity(entries: readonly string[]): OwnIdentity {
  const allowed = new Set(entries)
  const allows: OwnIdentity['allows'] = (provider, { location }) =>
    allowed.has(`${provider}:${location}`)
  return {
    allows,
    prefixFor(provider, place) {
      if (allows(provider, place)) return `${place.organizationId}/`
      throw forbidden('the storage needs credentials: its location may not be used without', {
        reason: 'OWN_IDENTITY_NOT_ALLOWED',
        hint: 'an operator of this instance can list it in CAS_OWN_IDENTITY_LOCATIONS',
      })
    },
  }
}
