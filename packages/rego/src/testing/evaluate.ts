import { RegoError } from '../errors.ts'
import { nodeHost } from '../node-host.ts'
import { compile } from '../policy.ts'
import type { EvaluateInput } from '../policy.ts'
import { stringify } from '../values/json.ts'

/** For tests: the value of an expression as JSON, `undefined`, or the fault's code and reason. */
export function valueOf(expression: string, input?: unknown): string {
  const rule = expression.startsWith('every ') ? `p if { ${expression} }` : `p := ${expression}`
  return documentOf(`package t\n\n${rule}\n`, { input, strictBuiltinErrors: true })
}

/** For tests: what `data.t.p` is, or why there is none. */
export function documentOf(module: string, request: EvaluateInput = {}): string {
  try {
    const policy = compile({ modules: { 'test.rego': module } })
    const [result] = policy.evaluateSync({ host: nodeHost(), ...request, query: 'x = data.t.p' })
    const value = result?.bindings['x']
    return value === undefined ? 'undefined' : stringify(value)
  } catch (error) {
    if (error instanceof RegoError) return `${error.code}: ${error.reason}`
    throw error
  }
}
