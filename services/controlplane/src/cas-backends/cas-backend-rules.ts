import { conflict, invalid } from '@chainloop/kit/errors'

import { type CasBackend, INLINE_PROVIDER, isInline } from './cas-backend.ts'

/** Less than that is a mistake in the unit. */
const MIN_LIMIT_BYTES = 10 << 20

/** 0: no limit. */
export function assertLimit(maxBlobBytes: number | undefined): void {
  if (maxBlobBytes === undefined || maxBlobBytes === 0) return
  if (!Number.isSafeInteger(maxBlobBytes) || maxBlobBytes < MIN_LIMIT_BYTES) {
    throw invalid(`the limit of an artifact is ${MIN_LIMIT_BYTES} bytes at least, or 0 for none`, {
      reason: 'LIMIT_TOO_LOW',
    })
  }
}

/** Providers that operators of organizations do not set up themselves. */
const NOT_FOR_USERS = new Set([INLINE_PROVIDER, 'AWS-S3-ACCESS-POINT'])

export function assertProvider(provider: string): void {
  if (provider !== '' && !NOT_FOR_USERS.has(provider)) return
  throw invalid(`storage of provider ${provider || '""'} cannot be added`, {
    reason: 'PROVIDER_REFUSED',
  })
}

export function assertOwn(backend: CasBackend): void {
  if (!backend.managed) return
  throw conflict(`storage backend ${backend.name} is run by the operator of this instance`, {
    reason: 'BACKEND_MANAGED',
  })
}

export function assertNotInline(backend: CasBackend, what: string): void {
  if (!isInline(backend)) return
  throw conflict(`storage backend ${backend.name} ${what}`, { reason: 'BACKEND_INLINE' })
}

/** Folders of the filesystem are the organization's own; other places are what the provider calls them. */
export function locationOf(
  organizationId: string,
  { provider, location }: { readonly provider: string; readonly location: string },
): string {
  if (location === '') throw invalid('name the location of the storage', { reason: 'NO_LOCATION' })
  return provider === 'FILESYSTEM' ? `${organizationId}/${location}` : location
}
