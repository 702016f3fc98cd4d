import type { Term } from '../syntax/ast.ts'
import { isTest } from './lint-rule.ts'
import type { Found, LintInput, LintRule } from './lint-rule.ts'
import { callsOf, literalsOf, nameOf } from './walk.ts'

/** A pattern with backslashes in an ordinary string needs each of them twice. */
function rawPattern({ module, lines }: LintInput): Found[] {
  return callsOf(module).flatMap(({ name, args, location }) => {
    const at = name === 'regex.replace' ? 1 : 0
    const pattern = args[at]
    if (!name.startsWith('regex.') || pattern?.kind !== 'constant') return []
    const { row, column } = pattern.location
    const written = lines[row - 1]?.slice(column - 1) ?? ''
    if (!written.startsWith('"') || !/^"(?:[^"\\]|\\.)*\\\\/.test(written)) return []
    return [
      { message: 'the pattern escapes its escapes', fix: 'write it between backticks', location },
    ]
  })
}

/** `input.list[_] == x` */
function inOperator({ module }: LintInput): Found[] {
  return callsOf(module).flatMap(({ name, args, location }) => {
    if (name !== 'equal' && name !== 'eq') return []
    if (!args.some(isAnyElement)) return []
    return [{ message: 'an element is looked for with [_]', fix: 'use `x in list`', location }]
  })
}

function isAnyElement(term: Term): boolean {
  const last = term.kind === 'ref' ? term.path.at(-1) : undefined
  return last?.kind === 'var' && last.name.startsWith('$')
}

/** `ok := true if …` says what `ok if …` says. */
function booleanAssignment({ module }: LintInput): Found[] {
  return module.rules.flatMap(({ head, body, isDefault, location }) => {
    const isTrue = head.value.kind === 'constant' && head.value.value === true
    if (isDefault || !head.assign || !isTrue || body.length === 0 || head.member) return []
    return [
      { message: 'the value true is what a rule has anyway', fix: 'leave := true out', location },
    ]
  })
}

/** What other modules would have to import is not there in a run: each script is judged alone. */
function importsData({ module }: LintInput): Found[] {
  if (isTest({ module, lines: [], builtins: new Set() })) return []
  return module.imports.flatMap(({ path, location }) =>
    path[0] === 'data'
      ? [
          {
            message: `data.${path.slice(1).join('.')} is not there where policies are evaluated`,
            fix: 'keep what the script needs in the script',
            location,
          },
        ]
      : [],
  )
}

function importsInput({ module }: LintInput): Found[] {
  return module.imports.flatMap(({ path, location }) =>
    path[0] === 'input' && path.length > 1
      ? [
          {
            message: `input.${path.slice(1).join('.')} is imported`,
            fix: 'use the path itself, so that its origin is seen',
            location,
          },
        ]
      : [],
  )
}

function redundantAlias({ module }: LintInput): Found[] {
  return module.imports.flatMap(({ path, alias, isNamed, location }) =>
    isNamed && path.at(-1) === alias
      ? [{ message: `the alias ${alias} is the name already`, fix: 'leave it out', location }]
      : [],
  )
}

/** `with` costs: the rules below it are evaluated anew. */
function withOutsideTests(input: LintInput): Found[] {
  if (isTest(input)) return []
  return input.module.rules
    .filter((rule) => !nameOf(rule).startsWith('test_'))
    .flatMap(literalsOf)
    .filter((literal) => literal.with.length > 0)
    .map(({ location }) => ({
      message: 'with outside of tests evaluates everything below anew',
      fix: 'pass what differs to a function',
      location,
    }))
}

function prints(input: LintInput): Found[] {
  return callsOf(input.module)
    .filter(({ name }) => name === 'print' || name === 'trace')
    .map(({ name, location }) => ({
      message: `${name}: nobody sees it in a run`,
      fix: 'take it out when it has served',
      location,
    }))
}

function skippedTests({ module }: LintInput): Found[] {
  return module.rules
    .filter((rule) => nameOf(rule).startsWith('todo_test_'))
    .map((rule) => ({
      message: `${nameOf(rule)} is not run`,
      fix: 'finish it and call it test_…',
      location: rule.location,
    }))
}

function sameTests({ module }: LintInput): Found[] {
  const seen = new Set<string>()
  return module.rules.flatMap((rule) => {
    const name = nameOf(rule)
    const isAgain = name.startsWith('test_') && seen.has(name)
    seen.add(name)
    const message = `there are two tests ${name}: one of them passing is enough`
    return isAgain ? [{ message, fix: 'give each its own name', location: rule.location }] : []
  })
}

function testPlace(input: LintInput): Found[] {
  if (isTest(input)) return []
  return input.module.rules
    .filter((rule) => nameOf(rule).startsWith('test_'))
    .map((rule) => ({
      message: `${nameOf(rule)} is a test among the rules`,
      fix: 'keep tests in a file *_test.rego',
      location: rule.location,
    }))
}

export const idiomatic: readonly LintRule[] = [
  { name: 'idiomatic/non-raw-regex-pattern', check: rawPattern },
  { name: 'idiomatic/use-in-operator', check: inOperator },
  { name: 'idiomatic/boolean-assignment', check: booleanAssignment },
  { name: 'imports/unresolved-import', check: importsData },
  { name: 'imports/avoid-importing-input', check: importsInput },
  { name: 'imports/redundant-alias', check: redundantAlias },
  { name: 'performance/with-outside-test-context', check: withOutsideTests },
  { name: 'testing/print-or-trace-call', check: prints },
  { name: 'testing/todo-test', check: skippedTests },
  { name: 'testing/identically-named-tests', check: sameTests },
  { name: 'testing/file-missing-test-suffix', check: testPlace },
]
