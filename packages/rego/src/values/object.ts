import { compare } from './compare.ts'
import { keyOf } from './key.ts'
import type { Value } from './value.ts'

type Entry = readonly [Value, Value]

type Lazy = {
  readonly source: Readonly<Record<string, unknown>>
  readonly convert: (json: unknown) => Value
}

const none: ReadonlyMap<unknown, Entry> = new Map()

/** Any value may be a key; string keys, nearly all of them, have the short way. */
export class RegoObject {
  readonly kind = 'object'
  static readonly empty: RegoObject = new RegoObject(new Map(), new Map())

  /** Of a lazy object: the members that were asked for and are objects or arrays. */
  readonly #strings: Map<string, Value>
  readonly #others: ReadonlyMap<unknown, Entry>
  #sorted: readonly Value[] | undefined
  #lazy: Lazy | undefined
  /** Set by the functions of key.ts, which would otherwise compute it again and again. */
  canonical: string | undefined

  constructor(strings: Map<string, Value>, others: ReadonlyMap<unknown, Entry>) {
    this.#strings = strings
    this.#others = others
  }

  /** Later entries replace earlier ones with an equal key. */
  static from(entries: Iterable<Entry>): RegoObject {
    const builder = new ObjectBuilder()
    for (const [key, value] of entries) builder.set(key, value)
    return builder.build()
  }

  /** For keys that are JavaScript strings. */
  static record(fields: Readonly<Record<string, Value>>): RegoObject {
    return new RegoObject(new Map(Object.entries(fields)), new Map())
  }

  /** A parsed JSON object, which nobody else may change; its members become values when they are asked for. */
  static lazy(source: Readonly<Record<string, unknown>>, convert: Lazy['convert']): RegoObject {
    const object = new RegoObject(new Map(), none)
    object.#lazy = { source, convert }
    return object
  }

  get size(): number {
    return this.#lazy ? this.keys().length : this.#strings.size + this.#others.size
  }

  get(key: Value): Value | undefined {
    if (typeof key === 'string')
      return this.#lazy ? this.#getLazy(key, this.#lazy) : this.#strings.get(key)
    return this.#others.size === 0 ? undefined : this.#others.get(keyOf(key))?.[1]
  }

  has(key: Value): boolean {
    return this.get(key) !== undefined
  }

  /** In the order of values. */
  keys(): readonly Value[] {
    this.#sorted ??= this.#sortKeys()
    return this.#sorted
  }

  *entries(): IterableIterator<[Value, Value]> {
    for (const key of this.keys()) {
      const value = this.get(key)
      if (value !== undefined) yield [key, value]
    }
  }

  values(): Value[] {
    return Array.from(this.entries(), ([, value]) => value)
  }

  #getLazy(key: string, { source, convert }: Lazy): Value | undefined {
    if (!Object.hasOwn(source, key)) return undefined
    const json = source[key]
    if (typeof json !== 'object' || json === null) return convert(json)
    const known = this.#strings.get(key)
    if (known !== undefined) return known
    const value = convert(json)
    this.#strings.set(key, value)
    return value
  }

  #sortKeys(): Value[] {
    if (this.#lazy) return Object.keys(this.#lazy.source).toSorted(compare)
    const keys: Value[] = [...this.#strings.keys()]
    for (const [key] of this.#others.values()) keys.push(key)
    return keys.toSorted(compare)
  }
}

export class ObjectBuilder {
  readonly #strings = new Map<string, Value>()
  readonly #others = new Map<unknown, Entry>()

  get(key: Value): Value | undefined {
    return typeof key === 'string' ? this.#strings.get(key) : this.#others.get(keyOf(key))?.[1]
  }

  set(key: Value, value: Value): this {
    if (typeof key === 'string') this.#strings.set(key, value)
    else this.#others.set(keyOf(key), [key, value])
    return this
  }

  delete(key: Value): void {
    if (typeof key === 'string') this.#strings.delete(key)
    else this.#others.delete(keyOf(key))
  }

  /** The builder must not be used afterwards. */
  build(): RegoObject {
    return new RegoObject(this.#strings, this.#others)
  }
}
