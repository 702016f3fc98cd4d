import type { Decimal } from './decimal.ts'
import type { RegoObject } from './object.ts'
import type { RegoSet } from './set.ts'

export type Scalar = null | boolean | number | bigint | Decimal | string

/** What a policy computes with. Values never change once built. */
export type Value = Scalar | readonly Value[] | RegoObject | RegoSet

export type TypeName = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' | 'set'
