import type { Location } from '../errors.ts'
import type { Module } from '../syntax/ast.ts'

/** Something that compiles and is probably not meant, or could be said better. */
export type Finding = {
  /** As linters of the language call it: `bugs/constant-condition`. */
  readonly rule: string
  readonly message: string
  /** What to write instead. */
  readonly fix: string
  readonly location: Location
}

export type Found = Omit<Finding, 'rule'>

export type LintInput = {
  readonly module: Module
  /** The source, line by line. */
  readonly lines: readonly string[]
  /** Names of functions of the language. */
  readonly builtins: ReadonlySet<string>
}

export type LintRule = {
  readonly name: string
  readonly check: (input: LintInput) => readonly Found[]
}

export function isTest({ module }: LintInput): boolean {
  return module.file.endsWith('_test.rego')
}
