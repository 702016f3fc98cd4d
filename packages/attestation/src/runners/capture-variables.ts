import { withoutCredentials } from '../git/without-credentials.ts'
import { isSet, valueOf } from './runner.ts'
import type { Environment, Runner } from './runner.ts'

export interface CapturedVariables {
  readonly env: Readonly<Record<string, string>>
  /** Required and empty: the run may not start. */
  readonly missing: readonly string[]
}

/**
 * The runner's variables and the contract's allow-list, without those that are empty. Addresses that the runner says
 * carry no credentials; what the contract asks for is recorded as it is.
 */
export function captureVariables(
  env: Environment,
  runner: Pick<Runner, 'variables'>,
  allowList: readonly string[],
): CapturedVariables {
  const wanted = [...runner.variables, ...allowList.map((name) => ({ name, optional: false }))]
  const found = wanted.filter(({ name }) => isSet(env, name))
  const missing = wanted.filter(({ name, optional }) => !optional && !isSet(env, name))

  const asked = new Set(allowList)
  const recorded = (name: string): string =>
    ADDRESS.test(name) && !asked.has(name)
      ? withoutCredentials(valueOf(env, name))
      : valueOf(env, name)

  return {
    env: Object.fromEntries(found.map(({ name }) => [name, recorded(name)])),
    missing: [...new Set(missing.map(({ name }) => name))],
  }
}

const ADDRESS = /_(?:URL|URI|REPO|ORIGIN)$/
