import type { CallTerm, Literal, Rule, Term } from '../syntax/ast.ts'
import type { Value } from '../values/value.ts'
import type { Found, LintInput, LintRule } from './lint-rule.ts'
import { callsOf, literalsOf, nameOf, pathOf, termsOf } from './walk.ts'

const COMPARISONS = new Set(['equal', 'neq', 'lt', 'lte', 'gt', 'gte'])
const OLD = new Map([
  ['any', 'use `some` or a comprehension'],
  ['all', 'use `every`'],
  ['re_match', 'use regex.match'],
  ['set_diff', 'use the operator -'],
  ['net.cidr_overlap', 'use net.cidr_contains'],
  ['cast_array', 'use a comprehension'],
  ['cast_set', 'use a comprehension'],
])

function isConstant(term: Term): boolean {
  return term.kind === 'constant'
}

function constantCondition({ module }: LintInput): Found[] {
  return module.rules.flatMap(literalsOf).flatMap(({ statement, location }) => {
    if (statement.kind !== 'term') return []
    const { term } = statement
    const isFixed =
      isConstant(term) ||
      (term.kind === 'call' && COMPARISONS.has(term.name) && term.args.every(isConstant))
    const fix = 'compare with something of the input, or take the line out'
    return isFixed ? [{ message: 'the condition is always the same', fix, location }] : []
  })
}

function shadowsBuiltin({ module, builtins }: LintInput): Found[] {
  return module.rules
    .filter((rule) => builtins.has(nameOf(rule)))
    .map((rule) => ({
      message: `the rule has the name of the function ${nameOf(rule)}`,
      fix: 'give it another name',
      location: rule.location,
    }))
}

function deprecated({ module }: LintInput): Found[] {
  return callsOf(module).flatMap(({ name, location }) => {
    const fix = OLD.get(name)
    return fix === undefined ? [] : [{ message: `${name} is deprecated`, fix, location }]
  })
}

function shape({ head }: Rule): string {
  return (head.args ?? []).map((arg) => (arg.kind === 'var' ? arg.name : '_')).join()
}

/** Clauses of a function should call an argument by one name. */
function inconsistentArgs({ module }: LintInput): Found[] {
  const functions = Map.groupBy(
    module.rules.filter(({ head }) => head.args !== undefined),
    nameOf,
  )
  return [...functions].flatMap(([name, clauses]) => {
    const names = (clauses[0]?.head.args ?? []).map((_, at) => {
      const all = clauses.map(({ head }) => head.args?.[at])
      return new Set(all.flatMap((arg) => (arg?.kind === 'var' ? [arg.name] : [])))
    })
    const last = clauses.at(-1)
    const isMixed = names.some((used) => [...used].filter((one) => !one.startsWith('$')).length > 1)
    if (!isMixed || !last) return []
    const message = `the clauses of ${name} name their arguments differently: ${clauses.map(shape).join(' / ')}`
    return [{ message, fix: 'use the same names in all of them', location: last.location }]
  })
}

function duplicateRule({ module, lines }: LintInput): Found[] {
  const seen = new Map<string, number>()
  return module.rules.flatMap((rule, at) => {
    const next = module.rules[at + 1]?.location.row ?? lines.length + 1
    const source = lines
      .slice(rule.location.row - 1, next - 1)
      .join('\n')
      .replaceAll(/#.*|\s+/g, '')
    const first = seen.get(source)
    seen.set(source, first ?? rule.location.row)
    if (first === undefined) return []
    const message = `the rule is the same as that in line ${first}`
    return [{ message, fix: 'take one of them out', location: rule.location }]
  })
}

/** `input.list[_] != x` is true as soon as one element differs. */
function notEqualsInLoop({ module }: LintInput): Found[] {
  return callsOf(module)
    .filter(({ name, args }) => name === 'neq' && args.some(iterates))
    .map(({ location }) => ({
      message: '!= over all elements holds as soon as one of them differs',
      fix: 'use `not x in list`, or `every`',
      location,
    }))
}

function iterates(term: Term): boolean {
  return (
    term.kind === 'ref' && term.path.some((key) => key.kind === 'var' && key.name.startsWith('$'))
  )
}

function sprintfArguments({ module }: LintInput): Found[] {
  return callsOf(module).flatMap(({ name, args, location }) => {
    const [format, values] = args
    if (name !== 'sprintf' || format?.kind !== 'constant' || values?.kind !== 'array') return []
    const verbs = countVerbs(format.value)
    if (verbs === undefined || verbs === values.items.length) return []
    const message = `the format has ${verbs} verbs and ${values.items.length} values`
    return [{ message, fix: 'give each verb one value', location }]
  })
}

/** Undefined: the format counts its arguments itself. */
function countVerbs(format: Value): number | undefined {
  if (typeof format !== 'string' || /%[[*]/.test(format)) return undefined
  return format.replaceAll('%%', '').match(/%[^%]/g)?.length ?? 0
}

/** A check for the existence of what the next line asks anyway. */
function redundantExistence({ module }: LintInput): Found[] {
  return module.rules.flatMap(({ body }) =>
    body.flatMap((literal, at) => {
      const path = existence(literal)
      if (path === undefined || !compares(body[at + 1], path)) return []
      const message = `${path} is asked for again in the next line`
      return [{ message, fix: 'take this line out', location: literal.location }]
    }),
  )
}

/** The path whose existence is all that a line asks for. */
function existence({ negated, statement }: Literal): string | undefined {
  const isTest = !negated && statement.kind === 'term' && statement.term.kind === 'ref'
  return isTest ? pathOf(statement.term) : undefined
}

function compares(literal: Literal | undefined, path: string): boolean {
  if (!literal || literal.negated || literal.statement.kind !== 'term') return false
  const { term } = literal.statement
  const isComparison = term.kind === 'call' && COMPARISONS.has(term.name)
  return isComparison && term.args.some((arg) => pathOf(arg) === path)
}

function unassignedReturn({ module, builtins }: LintInput): Found[] {
  const isLost = (call: CallTerm): boolean =>
    builtins.has(call.name) && call.operator !== undefined && !SPEAKING.test(call.name)
  return module.rules.flatMap(literalsOf).flatMap(({ statement, location }) =>
    statement.kind === 'term' && statement.term.kind === 'call' && isLost(statement.term)
      ? [
          {
            message: `nobody uses what ${statement.term.name} gives`,
            fix: 'assign it with :=, or compare it',
            location,
          },
        ]
      : [],
  )
}

/** Functions that answer yes or no, or are there for what they do. */
const SPEAKING =
  /^(?:print|trace|walk|is_\w+|contains|startswith|endswith|all|any|strings\.any_|regex\.(?:match|globs|template|is)|re_match|glob\.match|net\.cidr_(?:contains|intersects|overlap|is_valid)|.*is_valid|.*schema|io\.jwt\.verify|crypto\.hmac\.equal|semver\.is|object\.subset|time\.|json\.(?:is|verify|match)|graphql\.is)/

function timeTwice({ module }: LintInput): Found[] {
  return module.rules.flatMap((rule) => {
    const calls = termsOf(rule).filter(
      (term) => term.kind === 'call' && term.name === 'time.now_ns',
    )
    const second = calls[1]
    if (!second) return []
    const message = 'time.now_ns is asked twice, and is the same throughout an evaluation'
    return [{ message, fix: 'assign it once', location: second.location }]
  })
}

export const bugs: readonly LintRule[] = [
  { name: 'bugs/constant-condition', check: constantCondition },
  { name: 'bugs/rule-shadows-builtin', check: shadowsBuiltin },
  { name: 'bugs/deprecated-builtin', check: deprecated },
  { name: 'bugs/inconsistent-args', check: inconsistentArgs },
  { name: 'bugs/duplicate-rule', check: duplicateRule },
  { name: 'bugs/not-equals-in-loop', check: notEqualsInLoop },
  { name: 'bugs/sprintf-arguments-mismatch', check: sprintfArguments },
  { name: 'bugs/redundant-existence-check', check: redundantExistence },
  { name: 'bugs/unassigned-return-value', check: unassignedReturn },
  { name: 'bugs/time-now-ns-twice', check: timeTwice },
]
