import { anyValue, type Random } from './generate.ts'

/** What generated modules look at. */
export const INPUT = JSON.stringify({
  n: 3,
  s: 'abc',
  list: [1, 2, 3, 'x', null, false],
  users: [
    { name: 'ann', age: 31, tags: ['a', 'b'] },
    { name: 'bob', age: 17, tags: [] },
    { name: 'eve', tags: ['b'] },
  ],
  map: { a: 1, b: 2, c: { d: true } },
})

const NAMES = ['p', 'q', 'r', 's', 't', 'u'] as const

/** A module of rules that use each other, most of them valid. */
export function generateModule(random: Random): string {
  const rules = NAMES.map((name, at) => rule(name, { random, earlier: NAMES.slice(0, at) }))
  return `package t\n\nimport rego.v1\n\nf(x) := y if y := x * 2\n\nf(x) := "not a number" if not is_number(x)\n\n${rules.join('\n\n')}\n`
}

type Site = { readonly random: Random; readonly earlier: readonly string[] }

function rule(name: string, site: Site): string {
  const { random } = site
  const value = (): string => expression(site, [])
  return random.pick<() => string>([
    () => `${name} := ${value()}`,
    () => `${name} := ${value()} if {\n${body(site)}\n}`,
    () =>
      `default ${name} := ${anyValue(random, 0)}\n\n${name} := ${value()} if {\n${body(site)}\n}`,
    () => `${name} contains v if {\n${loop(site)}\n}`,
    () => `${name}[k] := v if {\n\tsome k, v in ${domain(site)}\n${condition(site, ['k', 'v'])}\n}`,
    () => `${name} := v if {\n\tv := ${value()}\n${condition(site, ['v'])}\n} else := ${value()}`,
    () => `${name} := [v | some v in ${domain(site)}; ${condition(site, ['v']).trim()}]`,
    () => `${name} if every v in ${domain(site)} {\n${condition(site, ['v'])}\n}`,
    () => `${name} := {k: v | some k, v in ${domain(site)}}`,
    () => `${name} := x if x := ${value()} with input.n as ${anyValue(random, 0)}`,
  ])()
}

function body(site: Site): string {
  return Array.from({ length: 1 + site.random.below(2) }, () => condition(site, [])).join('\n')
}

function loop(site: Site): string {
  return `\tsome v in ${domain(site)}\n${condition(site, ['v'])}`
}

function domain(site: Site): string {
  const known = site.earlier.length > 0 ? site.earlier : ['input.list']
  const some = known[site.random.below(known.length)] ?? 'input.list'
  return site.random.pick([
    'input.list',
    'input.users',
    'input.map',
    'input.users[_].tags',
    '{1, 2, 3}',
    some,
  ])
}

function condition(site: Site, vars: readonly string[]): string {
  const { random } = site
  const e = (): string => expression(site, vars)
  const line = random.pick<() => string>([
    () => `${e()} == ${e()}`,
    () => `${e()} != ${e()}`,
    () => `${e()} < ${e()}`,
    () => `not ${e()}`,
    () => e(),
    () => `${e()} in ${domain(site)}`,
    () => `is_string(${e()})`,
    () => `startswith(input.users[_].name, "e")`,
    () => `[x, y] = [${e()}, ${e()}]; x != y`,
  ])
  return `\t${line()}`
}

function expression(site: Site, vars: readonly string[]): string {
  const { random, earlier } = site
  const known = [...vars, ...vars, ...earlier]
  const some = (): string => known[random.below(known.length)] ?? 'input.n'
  return random.pick<() => string>([
    () => anyValue(random, 1),
    () => 'input.n',
    () =>
      random.pick([
        'input.users[0].name',
        'input.map.c.d',
        'input.nothing',
        'input.list[3]',
        'input.users[1].age',
      ]),
    some,
    some,
    () => `count(${random.pick(['input.list', 'input.users', 'input.map', some()])})`,
    () => `f(${some()})`,
    () => `${some()} + 1`,
    () => `object.get(input.map, "a", ${some()})`,
    () => `sprintf("%v", [${some()}])`,
    () => `{x | some x in input.list; x != ${some()}}`,
  ])()
}
