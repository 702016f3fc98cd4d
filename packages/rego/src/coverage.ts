import { literalTerms, visitClosures } from './compile/vars.ts'
import type { Location } from './errors.ts'
import type { Body, Literal, Module, Rule, Term } from './syntax/ast.ts'

/** Which lines of a file were reached by evaluations, of those that can be. */
export type FileCoverage = {
  readonly file: string
  /** Rows, ascending. */
  readonly covered: readonly number[]
  readonly missed: readonly number[]
}

export type Coverage = {
  /** For `compile`. */
  readonly cover: (location: Location) => void
  readonly of: (module: Module) => FileCoverage
}

/** Collects where all evaluations of a policy come to. */
export function collectCoverage(): Coverage {
  const reached = new Map<string, Set<number>>()
  return {
    cover({ file, row }) {
      const rows = reached.get(file)
      if (rows) rows.add(row)
      else reached.set(file, new Set([row]))
    },
    of(module) {
      const rows = [...rowsOf(module)].toSorted((a, b) => a - b)
      const seen = reached.get(module.file)
      return {
        file: module.file,
        covered: rows.filter((row) => seen?.has(row)),
        missed: rows.filter((row) => !seen?.has(row)),
      }
    },
  }
}

function rowsOf({ rules }: Module): Set<number> {
  const rows = new Set<number>()
  for (const rule of rules) addRule(rule, rows)
  return rows
}

function addRule({ head, body, otherwise, location }: Rule, rows: Set<number>): void {
  rows.add(location.row)
  addTerms([head.member ?? head.value], rows)
  addBody(body, rows)
  for (const branch of otherwise) {
    addTerms([branch.value], rows)
    addBody(branch.body, rows)
  }
}

function addBody(body: Body, rows: Set<number>): void {
  for (const literal of body) addLiteral(literal, rows)
}

function addLiteral(literal: Literal, rows: Set<number>): void {
  rows.add(literal.location.row)
  if (literal.statement.kind === 'every') addBody(literal.statement.body, rows)
  addTerms(literalTerms(literal), rows)
}

function addTerms(terms: readonly Term[], rows: Set<number>): void {
  for (const term of terms) visitClosures(term, (body) => addBody(body, rows))
}
