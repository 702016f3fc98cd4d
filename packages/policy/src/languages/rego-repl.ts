import type { JsonValue } from '@chainloop/attestation/json/json-value'
import { literalTerms, varsOf } from '@chainloop/rego/compile/vars'
import { RegoError } from '@chainloop/rego/errors'
import { nodeHost } from '@chainloop/rego/node-host'
import { compile } from '@chainloop/rego/policy'
import type { Body } from '@chainloop/rego/syntax/ast'
import { parseModule, parseQuery } from '@chainloop/rego/syntax/parse-module'
import { fromJson, stringify } from '@chainloop/rego/values/json'
import { RegoObject } from '@chainloop/rego/values/object'
import { parseJson } from '@chainloop/rego/values/parse-json'
import type { Value } from '@chainloop/rego/values/value'

import { packageOf, ruleName, withDefaults } from './rego-defaults.ts'
import { chainloopFunctions } from './rego-functions.ts'
import { InvalidScript, type ScriptText } from './script-language.ts'

/** Questions to a script, one after the other. */
export interface RegoRepl {
  /** A line for each result, `undefined` when there is none, or what is wrong with the question. */
  ask(question: string): string
  /** What the script sees from now on, as JSON. Throws `InvalidScript`. */
  see(input: string): void
  /** Names that mean the script's own rules. */
  readonly rules: readonly string[]
}

const BUDGET = { steps: 5_000_000, milliseconds: 10_000 }
const ANSWER = 'chainloop_repl_answer'

/** Opens a script for questions; names mean what they mean inside of it. Throws `InvalidScript`. */
export function openRegoRepl(
  script: ScriptText,
  args: Readonly<Record<string, JsonValue>>,
): RegoRepl {
  const { modules, path, rules } = guarded(() => {
    const module = parseModule({ ...script, version: 'v1' })
    return {
      modules: withDefaults(script),
      path: packageOf(module),
      rules: [...new Set(module.rules.map(ruleName))],
    }
  })
  let input: Value = RegoObject.record({ args: fromJson(args) })
  const ask = (question: string): Value | undefined => {
    const rule = `${ANSWER} := [${comprehension(question, rules)}]`
    const asked = [`package ${packageText(path)}`, 'import rego.v1', rule].join('\n')
    const policy = compile({
      modules: { ...modules, question: asked },
      builtins: chainloopFunctions,
    })
    const entrypoint = [...path, ANSWER].join('/')
    return policy.evaluateSync({ entrypoint, input, budget: BUDGET, host: nodeHost() })[0]?.value
  }
  return {
    rules,
    see(text) {
      const seen = guarded(() => parseJson(text))
      const entries = seen instanceof RegoObject ? [...seen.entries()] : []
      input = RegoObject.from([...entries, ['args', fromJson(args)]])
    },
    ask(question) {
      try {
        return shown(ask(question))
      } catch (cause) {
        if (cause instanceof RegoError) return `${cause.code}: ${cause.reason}`
        throw cause
      }
    },
  }
}

/** The question as a comprehension: an expression gives its values, a body those of its variables. */
function comprehension(question: string, rules: readonly string[]): string {
  const body = parseQuery({ file: 'question', text: question, version: 'v1' })
  if (isExpression(body)) return `answer | answer := ${question}`
  const names = [...varsOf(body.flatMap(literalTerms)).keys()].filter(
    (name) => /^[a-zA-Z_]\w*$/.test(name) && !rules.includes(name),
  )
  const head = names.length === 0 ? 'true' : `{${names.map((name) => `"${name}": ${name}`).join()}}`
  return `${head} | ${question}`
}

function isExpression(body: Body): boolean {
  const [only, ...more] = body
  if (!only || more.length > 0 || only.negated || only.with.length > 0) return false
  const { statement } = only
  if (statement.kind !== 'term') return false
  return statement.term.kind !== 'call' || !['assign', 'eq'].includes(statement.term.name)
}

function packageText([first = 'main', ...rest]: readonly string[]): string {
  return `${first}${rest.map((part) => `[${JSON.stringify(part)}]`).join('')}`
}

function shown(answers: Value | undefined): string {
  const all = Array.isArray(answers) ? answers : []
  return all.length === 0 ? 'undefined' : all.map((one) => stringify(one)).join('\n')
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof RegoError)) throw cause
    throw new InvalidScript(cause.message, { cause })
  }
}
