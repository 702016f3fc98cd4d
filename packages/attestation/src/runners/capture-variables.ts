import { isSet } from './runner.ts'
import type { Environment, Runner } from './runner.ts'

export interface CapturedVariables {
  readonly env: Readonly<Record<string, string>>
  /** Required and empty: the run may not start. */
  readonly missing: readonly string[]
}

/** The runner's variables and the contract's allow-list, without those that are empty. */
export function captureVariables(
  env: Environment,
  runner: Pick<Runner, 'variables'>,
  allowList: readonly string[],
): CapturedVariables {
  const wanted = [...runner.variables, ...allowList.map((name) => ({ name, optional: false }))]
  const found = wanted.filter(({ name }) => isSet(env, name))
  const missing = wanted.filter(({ name, optional }) => !optional && !isSet(env, name))

  return {
    env: Object.fromEntries(found.map(({ name }) => [name, env[name] ?? ''])),
    missing: [...new Set(missing.map(({ name }) => name))],
  }
}
