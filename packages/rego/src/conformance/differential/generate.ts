/** Source texts at random; the same seed gives the same ones. */
export type Random = {
  readonly next: () => number
  readonly below: (limit: number) => number
  readonly pick: <T>(items: readonly [T, ...T[]]) => T
}

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return { next, below, pick: (items) => items[below(items.length)] ?? items[0] }
}

const NUMBERS = [
  '0',
  '1',
  '-1',
  '2',
  '3',
  '7',
  '10',
  '255',
  '2.5',
  '-2.5',
  '0.1',
  '9007199254740993',
] as const
const STRINGS = [
  '',
  'a',
  'abc',
  'a,b,c',
  '  pad  ',
  'Hello World',
  'aXbX',
  'äöü€',
  '/a/0/b',
  'a.b.c',
  'foo: [1, 2]',
  '2021-02-03T04:05:06Z',
  '10.0.0.0/30',
  '10.0.0.1',
  '::1/64',
  '1.2.3',
  '1.2.3-rc.1',
  '1h30m',
  '10KB',
  '{"a":1}',
  '[1,2',
  'YWJj',
  'YWJj_-',
  '63616665',
  '%s-%d',
  '[a-z]+',
  '(a)(b)?',
  'a(',
  '*',
  'x=1&y=2',
] as const

/** Any value as Rego writes it. */
export function anyValue(random: Random, depth = 2): string {
  const scalar = (): string =>
    random.pick([
      () => random.pick(NUMBERS),
      () => JSON.stringify(random.pick(STRINGS)),
      () => random.pick(['true', 'false', 'null']),
    ])()
  if (depth === 0) return scalar()
  const inner = (): string => anyValue(random, depth - 1)
  return random.pick([
    scalar,
    scalar,
    () => list(random, inner),
    () => set(random, inner),
    () => record(random, inner),
  ])()
}

/** A type as `opa capabilities` writes it. */
export type OpaType = {
  readonly type: string
  readonly of?: OpaType | readonly OpaType[]
  readonly static?: readonly (OpaType & { readonly key?: unknown; readonly value?: OpaType })[]
  readonly dynamic?: OpaType & { readonly key?: OpaType; readonly value?: OpaType }
}

/** A value of the type, and now and then of another one. */
export function valueOfType(type: OpaType, random: Random): string {
  const make = random.next() < 0.06 ? undefined : MAKERS[type.type]
  return make ? make(type, random) : anyValue(random)
}

type Maker = (type: OpaType, random: Random) => string

const MAKERS: Readonly<Record<string, Maker>> = {
  number: (_, random) => random.pick(NUMBERS),
  string: (_, random) => JSON.stringify(random.pick(STRINGS)),
  boolean: (_, random) => random.pick(['true', 'false']),
  array: ({ dynamic }, random) => list(random, some(dynamic, random)),
  set: ({ of }, random) => set(random, some(one(of), random)),
  object: ({ dynamic }, random) => record(random, some(dynamic?.value, random)),
  any: ({ of }, random) => {
    const [first, ...others] = isList(of) ? of : []
    return first ? valueOfType(random.pick([first, ...others]), random) : anyValue(random)
  },
}

function some(type: OpaType | undefined, random: Random): () => string {
  return () => (type ? valueOfType(type, random) : anyValue(random, 1))
}

function one(of: OpaType['of']): OpaType | undefined {
  return isList(of) ? undefined : of
}

function isList(of: OpaType['of']): of is readonly OpaType[] {
  return Array.isArray(of)
}

function several(random: Random, make: () => string): string[] {
  return Array.from({ length: random.below(4) }, make)
}

function list(random: Random, make: () => string): string {
  return `[${several(random, make).join(', ')}]`
}

function set(random: Random, make: () => string): string {
  const items = several(random, make)
  return items.length === 0 ? 'set()' : `{${items.join(', ')}}`
}

function record(random: Random, make: () => string): string {
  const names = ['a', 'b', 'c', 'foo'].filter(() => random.next() < 0.5)
  return `{${names.map((name) => `"${name}": ${make()}`).join(', ')}}`
}
