import type { Literal, Term } from '../syntax/ast.ts'
import type { Found, LintInput, LintRule } from './lint-rule.ts'
import { callsOf, literalsOf, nameOf, pathOf } from './walk.ts'

function snakeCase({ module }: LintInput): Found[] {
  return module.rules
    .filter((rule) => /[a-z][A-Z]/.test(nameOf(rule)))
    .map((rule) => {
      const better = nameOf(rule).replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      const message = `the name ${nameOf(rule)} is not in snake_case`
      return { message, fix: `call it ${better}`, location: rule.location }
    })
}

function assignment({ module }: LintInput): Found[] {
  return module.rules
    .filter(
      ({ head, isDefault }) => !head.assign && !head.member && (isDefault || isValued(head.value)),
    )
    .map(({ location }) => ({ message: 'the value is given with =', fix: 'use :=', location }))
}

function isValued(value: Term): boolean {
  return value.kind !== 'constant' || value.value !== true
}

/** `1 == input.x` */
function yoda({ module }: LintInput): Found[] {
  return callsOf(module).flatMap(({ name, args, location }) => {
    const [left, right] = args
    const isTurned = left?.kind === 'constant' && right !== undefined && pathOf(right) !== undefined
    if (!['equal', 'neq', 'lt', 'lte', 'gt', 'gte'].includes(name) || !isTurned) return []
    const message = 'the constant stands on the left'
    return [{ message, fix: 'write what is looked at first', location }]
  })
}

function doubleNegative({ module }: LintInput): Found[] {
  return module.rules.flatMap(literalsOf).flatMap(({ negated, statement, location }) => {
    if (!negated || statement.kind !== 'term') return []
    const name = pathOf(statement.term) ?? ''
    if (!/^(?:not|no|non|without|cannot)_/.test(name)) return []
    return [
      {
        message: `not ${name} is a double negative`,
        fix: 'name and define the opposite',
        location,
      },
    ]
  })
}

function commentBlank({ lines, module: { file } }: LintInput): Found[] {
  return lines.flatMap((line, at) =>
    /^\s*#+[^\s#!]/.test(line)
      ? [
          {
            message: 'the comment begins without a blank',
            fix: 'write "# …"',
            location: { file, row: at + 1, column: line.indexOf('#') + 1 },
          },
        ]
      : [],
  )
}

function trailingBlank({ lines, module: { file } }: LintInput): Found[] {
  return lines.flatMap((line, at) =>
    /[^\s].*[ \t]+$/.test(line)
      ? [
          {
            message: 'the line ends with blanks',
            fix: 'remove them',
            location: { file, row: at + 1, column: line.trimEnd().length + 1 },
          },
        ]
      : [],
  )
}

/** A rule that is true whatever the input says: `x := 1 if true`. */
function unconditional({ module }: LintInput): Found[] {
  return module.rules.flatMap(({ body, head, location }) => {
    const target = body.length === 1 ? assigned(body[0]) : undefined
    const isOnly = target !== undefined && pathOf(head.value) === target
    if (!isOnly || head.member || head.args) return []
    const message = 'the body only assigns what the head gives'
    return [{ message, fix: 'give the value in the head', location }]
  })
}

/** The variable that a line gives a value to. */
function assigned(literal: Literal | undefined): string | undefined {
  if (!literal || literal.negated || literal.statement.kind !== 'term') return undefined
  const { term } = literal.statement
  const [target] = term.kind === 'call' && term.name === 'assign' ? term.args : []
  return target?.kind === 'var' ? target.name : undefined
}

function prefixes({ module }: LintInput): Found[] {
  return module.rules
    .filter((rule) => /^(?:get|list)_./.test(nameOf(rule)))
    .map((rule) => ({
      message: `${nameOf(rule)}: rules are values, not actions`,
      fix: `call it ${nameOf(rule).replace(/^(?:get|list)_/, '')}`,
      location: rule.location,
    }))
}

export const style: readonly LintRule[] = [
  { name: 'style/prefer-snake-case', check: snakeCase },
  { name: 'style/use-assignment-operator', check: assignment },
  { name: 'style/yoda-condition', check: yoda },
  { name: 'style/double-negative', check: doubleNegative },
  { name: 'style/no-whitespace-comment', check: commentBlank },
  { name: 'style/trailing-whitespace', check: trailingBlank },
  { name: 'style/unconditional-assignment', check: unconditional },
  { name: 'style/avoid-get-and-list-prefix', check: prefixes },
]
