import { compare } from './compare.ts'
import { keyOf } from './key.ts'
import type { Value } from './value.ts'

export class RegoSet {
  readonly kind = 'set'
  static readonly empty: RegoSet = new RegoSet(new Map())

  readonly #members: ReadonlyMap<unknown, Value>
  #sorted: readonly Value[] | undefined
  /** Set by the functions of key.ts, which would otherwise compute it again and again. */
  canonical: string | undefined

  constructor(members: ReadonlyMap<unknown, Value>) {
    this.#members = members
  }

  static from(values: Iterable<Value>): RegoSet {
    const members = new Map<unknown, Value>()
    for (const value of values) {
      const key = keyOf(value)
      if (!members.has(key)) members.set(key, value)
    }
    return new RegoSet(members)
  }

  get size(): number {
    return this.#members.size
  }

  has(value: Value): boolean {
    return this.#members.has(keyOf(value))
  }

  /** In the order of values. */
  values(): readonly Value[] {
    this.#sorted ??= [...this.#members.values()].toSorted(compare)
    return this.#sorted
  }

  filter(keep: (value: Value) => boolean): RegoSet {
    return RegoSet.from(this.values().filter(keep))
  }
}
