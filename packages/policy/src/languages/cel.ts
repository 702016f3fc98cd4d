import type { JsonValue } from '@chainloop/attestation/json/json-value'

import {
  InvalidScript,
  ScriptFailed,
  type ScriptLanguage,
  type ScriptText,
} from './script-language.ts'

/**
 * One expression of the Common Expression Language over `input` and `args`. True: it holds. False, a text or a list of
 * texts say what is wrong; an empty text or list nothing. Numbers are doubles.
 */
export const cel: ScriptLanguage = {
  async compile(source) {
    const { celEnv, CelScalar, isCelError, isCelList, parse, plan } = await import('@bufbuild/cel')
    const { strings } = await import('@bufbuild/cel/ext')
    const variables = { input: CelScalar.DYN, args: CelScalar.DYN }
    const evaluate = guarded(source, () =>
      plan(celEnv({ variables, funcs: strings }), parse(source.text)),
    )
    return {
      async run({ input, args }) {
        const found = evaluate({ input: toCel(input.forJson(args)), args: toCel({ ...args }) })
        if (isCelError(found)) throw new ScriptFailed(`${source.file}: ${found.message}`)
        return resultOf(source, isCelList(found) ? [...found] : found)
      },
    }
  },
}

type CelTree = string | number | boolean | null | CelTree[] | Map<string, CelTree>

function toCel(value: JsonValue): CelTree {
  if (Array.isArray(value)) return value.map(toCel)
  if (typeof value !== 'object' || value === null) return value
  return new Map(Object.entries(value).map(([key, member]) => [key, toCel(member)]))
}

function resultOf({ file }: ScriptText, found: unknown): JsonValue {
  return { skipped: false, violations: messagesOf(file, found) }
}

function messagesOf(file: string, found: unknown): string[] {
  if (found === true || found === '') return []
  if (found === false) return ['the rule does not hold']
  if (typeof found === 'string') return [found]
  if (Array.isArray(found) && found.every((one) => typeof one === 'string')) return found
  throw new ScriptFailed(`${file}: the rule gives neither true or false, nor a text, nor texts`)
}

function guarded<T>({ file }: ScriptText, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InvalidScript(`${file}: ${reason}`, { cause })
  }
}
