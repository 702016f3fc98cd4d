interface PageRequest {
  readonly cursor: string
  readonly limit: number
}

interface PageAnswer {
  readonly pagination?: { readonly nextCursor: string } | undefined
  /** Of lists that say it themselves. */
  readonly nextCursor?: string
}

const PAGE_SIZE = 100

/** Everything that a list has, page by page; for lists that people read, which are not endless. */
export async function allPages<A extends PageAnswer, T>(
  ask: (pagination: PageRequest) => Promise<A>,
  itemsOf: (answer: A) => readonly T[],
): Promise<T[]> {
  const items: T[] = []
  let cursor = ''
  do {
    const answer = await ask({ cursor, limit: PAGE_SIZE })
    items.push(...itemsOf(answer))
    cursor = answer.pagination?.nextCursor ?? answer.nextCursor ?? ''
  } while (cursor !== '')
  return items
}
