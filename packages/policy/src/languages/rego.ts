import type { JsonValue } from '@chainloop/attestation/json/json-value'
import { RegoError } from '@chainloop/rego/errors'
import { compile, type Policy } from '@chainloop/rego/policy'
import { parseModule } from '@chainloop/rego/syntax/parse-module'
import { toJson } from '@chainloop/rego/values/json'

import { packageOf, withDefaults } from './rego-defaults.ts'
import { chainloopFunctions } from './rego-functions.ts'
import { scriptWorld } from './rego-host.ts'
import {
  InvalidScript,
  ScriptFailed,
  type ScriptLanguage,
  type ScriptRequest,
  type ScriptText,
  UnknownFunction,
} from './script-language.ts'
import { assertNotWasm } from './wasm.ts'

/** Rego v1; the document at `result` of the script's package is what it says. */
export const rego: ScriptLanguage = {
  async compile(source) {
    assertNotWasm(source)
    const entrypoint = [...readPackage(source), 'result'].join('/')
    compiled(source, false)
    return { run: (request) => evaluate({ source, entrypoint }, request) }
  },
}

async function evaluate(
  { source, entrypoint }: { source: ScriptText; entrypoint: string },
  { input, args, now, grants, budget }: ScriptRequest,
): Promise<JsonValue> {
  const policy = compiled(source, grants.print !== undefined)
  const world = scriptWorld(grants, now)
  try {
    const [found] = await policy.evaluate({
      entrypoint,
      input: input.forRego(args),
      budget,
      strictBuiltinErrors: true,
      host: world.host,
    })
    world.assertAllowed()
    if (found?.value === undefined) throw new ScriptFailed(`${source.file}: there is no "result"`)
    return toJson(found.value) as JsonValue
  } catch (cause) {
    if (!(cause instanceof RegoError)) throw cause
    world.assertAllowed()
    throw new ScriptFailed(cause.message, { cause })
  }
}

function readPackage({ file, text }: ScriptText): readonly string[] {
  return guarded(() => packageOf(parseModule({ file, text, version: 'v1' })))
}

/** With and without the calls of `print`. */
const policies = {
  quiet: new WeakMap<ScriptText, Policy>(),
  talking: new WeakMap<ScriptText, Policy>(),
}

function compiled(source: ScriptText, print: boolean): Policy {
  const known = print ? policies.talking : policies.quiet
  const found = known.get(source)
  if (found) return found
  const policy = guarded(() =>
    compile({
      modules: withDefaults(source),
      builtins: chainloopFunctions,
      without: FORBIDDEN,
      print,
    }),
  )
  known.set(source, policy)
  return policy
}

/** They tell of the machine or work on other policies. */
const FORBIDDEN = ['opa.runtime', 'rego.parse_module', 'trace']

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof RegoError)) throw cause
    const unknown = unknownFunctions(cause)
    if (unknown.length > 0) {
      throw new UnknownFunction(
        `it needs functions that this version does not have: ${unknown.join(', ')}`,
      )
    }
    throw new InvalidScript(cause.message, { cause })
  }
}

/** Only if nothing else is wrong: such a script may be right for a newer version. */
function unknownFunctions(error: RegoError): string[] {
  const all = [error, ...error.others]
  const names = all.map(({ reason }) => /^undefined function (chainloop\.\w+)$/.exec(reason)?.[1])
  return names.every((name) => name !== undefined) ? names : []
}
