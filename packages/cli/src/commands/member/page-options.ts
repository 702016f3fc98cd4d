/** Of lists that are numbered. */
export const PAGE_OPTIONS = {
  limit: { type: 'integer', default: 50, help: 'how many at most, up to 100' },
  page: { type: 'integer', default: 1, help: 'which page of them' },
} as const

export function pagination({ limit, page }: { readonly limit: number; readonly page: number }): {
  readonly pagination: { readonly page: number; readonly pageSize: number }
} {
  return { pagination: { page, pageSize: limit } }
}

export const ROLE_CHOICES = ['owner', 'admin', 'viewer', 'member', 'contributor'] as const
