import type { Module, Rule } from '@chainloop/rego/syntax/ast'
import { parseModule } from '@chainloop/rego/syntax/parse-module'

import type { ScriptText } from './script-language.ts'

/** What a script leaves out and its result needs. A rule that is there in any form keeps its own default. */
const DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  skip_reason: [
    'default skip_reason := ""',
    'skip_reason := "the file content is not recognized" if not valid_input',
  ],
  valid_input: ['default valid_input := true'],
  skipped: ['default skipped := true', 'skipped := false if valid_input'],
  ignore: ['default ignore := false'],
  violations: ['default violations := []'],
}

const RESULT = ['skipped', 'violations', 'skip_reason', 'ignore'] as const

/** The path of the module's package, without `data`. */
export function packageOf({ package: path }: Module): readonly string[] {
  return path[0] === 'data' ? path.slice(1) : path
}

/** The script, and a second module of its package with what it leaves out: so its own lines keep their numbers. */
export function withDefaults({ file, text }: ScriptText): Readonly<Record<string, string>> {
  const module = parseModule({ file, text, version: 'v1' })
  const given = new Set(module.rules.map(ruleName))
  const rules = Object.entries(DEFAULTS).flatMap(([name, lines]) => (given.has(name) ? [] : lines))
  if (!given.has('result')) rules.push(resultRule(given.has('findings')))
  if (rules.length === 0) return { [file]: text }
  const [first = 'main', ...rest] = packageOf(module)
  const path = `${first}${rest.map((part) => `[${JSON.stringify(part)}]`).join('')}`
  return {
    [file]: text,
    [`${file} (what it leaves out)`]: [`package ${path}`, 'import rego.v1', ...rules].join('\n'),
  }
}

function resultRule(hasFindings: boolean): string {
  const names = hasFindings ? [...RESULT, 'findings'] : RESULT
  return `result := {${names.map((name) => `"${name}": ${name}`).join(', ')}}`
}

export function ruleName({ head }: Rule): string {
  const [first] = head.ref
  if (first?.kind === 'var') return first.name
  return first?.kind === 'constant' && typeof first.value === 'string' ? first.value : ''
}
