import { invalid } from '@chainloop/kit/errors'
import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** What a workflow's metadata has to say; several must all hold. */
export interface MetadataFilter {
  /** Names with dots in between: `labels.tier`. */
  readonly path: string
  readonly operator: 'equals' | 'differs' | 'one of'
  /** Of `one of`: several, with commas in between. */
  readonly value: string
}

/** Letters, digits and underscores, at most ten names: nothing that means something to SQL or to a JSON path. */
const PATH = /^[A-Za-z0-9_]{1,64}(?:\.[A-Za-z0-9_]{1,64}){0,9}$/
const MAX_VALUES = 100

/** Throws `invalid` for a path that is none. */
export function matchesMetadata({ path, operator, value }: MetadataFilter): RawBuilder<SqlBool> {
  if (!PATH.test(path)) {
    throw invalid('a field is named by letters, digits and underscores, with dots in between', {
      reason: 'INVALID_JSON_FILTER',
    })
  }
  const found = sql`workflows.metadata #>> ${path.split('.')}::text[]`
  switch (operator) {
    case 'equals':
      return sql`${found} = ${value}`
    case 'differs':
      return sql`${found} is distinct from ${value}`
    case 'one of': {
      const values = value.split(',').map((one) => one.trim())
      if (values.length > MAX_VALUES) {
        throw invalid(`a list has at most ${MAX_VALUES} values`, { reason: 'INVALID_JSON_FILTER' })
      }
      return sql`${found} = any(${values}::text[])`
    }
  }
}
