import { collectCoverage, type FileCoverage } from '@chainloop/rego/coverage'
import { RegoError } from '@chainloop/rego/errors'
import { nodeHost } from '@chainloop/rego/node-host'
import { compile } from '@chainloop/rego/policy'
import { parseModule } from '@chainloop/rego/syntax/parse-module'

import { packageOf, ruleName, withDefaults } from './rego-defaults.ts'
import { chainloopFunctions } from './rego-functions.ts'
import { InvalidScript, type ScriptText } from './script-language.ts'

/** A rule `test_…`, which has to be true. */
export interface RegoTest {
  readonly file: string
  readonly name: string
  readonly passed: boolean
  /** Why not; empty when it passed. */
  readonly reason: string
}

export interface RegoTestRun {
  readonly tests: readonly RegoTest[]
  /** Of the script, by all tests together. */
  readonly coverage: readonly FileCoverage[]
}

/** The tests of one script. Throws `InvalidScript`. */
export function runRegoTests(script: ScriptText, tests: readonly ScriptText[]): RegoTestRun {
  const modules = Object.fromEntries(tests.map(({ file, text }) => [file, text]))
  const { cover, of } = collectCoverage()
  const policy = guarded(() =>
    compile({
      modules: { ...withDefaults(script), ...modules },
      builtins: chainloopFunctions,
      cover,
    }),
  )
  const results = tests.flatMap(({ file, text }) => {
    const module = guarded(() => parseModule({ file, text, version: 'v1' }))
    const names = new Set(module.rules.map(ruleName).filter((name) => name.startsWith('test_')))
    return [...names].map((name) => {
      const entrypoint = [...packageOf(module), name].join('/')
      return { file, name, ...verdict(policy, entrypoint) }
    })
  })
  return { tests: results, coverage: [of(parseModule({ ...script, version: 'v1' }))] }
}

function verdict(
  policy: ReturnType<typeof compile>,
  entrypoint: string,
): Pick<RegoTest, 'passed' | 'reason'> {
  try {
    const [found] = policy.evaluateSync({ entrypoint, host: nodeHost() })
    const passed = found?.value === true
    return { passed, reason: passed ? '' : 'it is not true' }
  } catch (cause) {
    if (!(cause instanceof RegoError)) throw cause
    return { passed: false, reason: cause.message }
  }
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof RegoError)) throw cause
    throw new InvalidScript(cause.message, { cause })
  }
}
