import { createRegistry } from '../builtins/all.ts'
import { parseModule } from '../syntax/parse-module.ts'
import { bugs } from './bugs.ts'
import { idiomatic } from './idiomatic.ts'
import type { Finding, LintInput } from './lint-rule.ts'
import { style } from './style.ts'

const RULES = [...bugs, ...idiomatic, ...style]

export const lintRules: readonly string[] = RULES.map(({ name }) => name)

/**
 * What is probably not meant in a module, in the order of its lines. A comment `# regal ignore:rule` above or behind a
 * line is heard, as other linters of the language hear it.
 *
 * @throws RegoError of code `rego_parse_error`.
 */
export function lint({ file, text }: { readonly file: string; readonly text: string }): Finding[] {
  const module = parseModule({ file, text, version: 'v1' })
  const lines = text.split(/\r?\n/)
  const builtins = new Set(createRegistry().keys())
  const input: LintInput = { module, lines, builtins }
  return RULES.flatMap(({ name, check }) =>
    check(input)
      .filter(({ location }) => !isIgnored(name, location.row, lines))
      .map((found) => ({ rule: name, ...found })),
  ).toSorted((a, b) => a.location.row - b.location.row || a.location.column - b.location.column)
}

function isIgnored(rule: string, row: number, lines: readonly string[]): boolean {
  const short = rule.slice(rule.indexOf('/') + 1)
  return [lines[row - 1], lines[row - 2]].some((line = '') => {
    const listed = /#\s*regal ignore:\s*([\w\-,\s]+)/.exec(line)?.[1] ?? ''
    return listed.split(',').some((name) => name.trim() === short)
  })
}
