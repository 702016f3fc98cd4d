import type { Location } from '../errors.ts'
import type { Run } from '../evaluate/context.ts'
import type { Value } from '../values/value.ts'
import { readSignature } from './signature.ts'
import type { NamedSignature } from './signature.ts'

export type CallContext = { readonly run: Run; readonly location: Location }

/** Undefined means that the call has no value; failures are thrown, see `operands.ts`. */
export type BuiltinFunction = (args: readonly Value[], call: CallContext) => Value | undefined

export type Builtin = {
  readonly name: string
  readonly signature: NamedSignature
  readonly documentation: string
  /** Gives an array of results, each of which the caller sees in turn. */
  readonly relation: boolean
  /** Gives the same result for the same arguments throughout one evaluation. */
  readonly stable: boolean
  /** Checks its operands itself, in its own order and words. */
  readonly lenient: boolean
  readonly run: BuiltinFunction
}

export type Registry = ReadonlyMap<string, Builtin>

export function define(signature: string, documentation: string, run: BuiltinFunction): Builtin {
  const read = readSignature(signature)
  return {
    name: read.name,
    signature: read,
    documentation,
    relation: false,
    stable: false,
    lenient: false,
    run,
  }
}

export function stable(builtin: Builtin): Builtin {
  return { ...builtin, stable: true }
}

export function lenient(builtin: Builtin): Builtin {
  return { ...builtin, lenient: true }
}

export function relation(builtin: Builtin): Builtin {
  return { ...builtin, relation: true }
}
