import type { ErrorObject, ValidateFunction } from 'ajv'
import { RE2JS } from 're2js'

import { InvalidScript, type ScriptLanguage, type ScriptText } from './script-language.ts'

const MAX_MESSAGES = 100

/** JSON Schema 2020-12, as JSON or YAML: what does not fit is a violation, by its place. References stay inside. */
export const jsonSchema: ScriptLanguage = {
  async compile(source) {
    const validate = await compile(source)
    return {
      async run({ input, args }) {
        const document = input.forJson(args)
        if (validate(document)) return { skipped: false, violations: [] }
        return {
          skipped: false,
          violations: (validate.errors ?? []).slice(0, MAX_MESSAGES).map(say),
        }
      },
    }
  },
}

async function compile({ file, text }: ScriptText): Promise<ValidateFunction> {
  const { parse } = await import('yaml')
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const { default: addFormats } = await import('ajv-formats')
  try {
    const schema: unknown = parse(text, { maxAliasCount: 0 })
    if (typeof schema !== 'object' || schema === null) {
      throw new InvalidScript(`${file}: a schema is an object`)
    }
    const ajv = new Ajv2020({
      allErrors: true,
      strictSchema: true,
      strictTypes: false,
      strictTuples: false,
      allowUnionTypes: true,
      code: { regExp: linearRegExp },
    })
    addFormats.default(ajv)
    return ajv.compile(schema)
  } catch (cause) {
    if (cause instanceof InvalidScript) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InvalidScript(`${file}: ${reason}`, { cause })
  }
}

/** Patterns of policies are run in linear time. The flags are those of ajv: `u`. */
const linearRegExp = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern)
    // By this text ajv tells one pattern from another.
    const name = `re2 ${pattern}`
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => name }
  },
  { code: 'unavailable' },
)

function say({ instancePath, message = 'does not fit the schema' }: ErrorObject): string {
  return `${instancePath === '' ? 'the document' : instancePath} ${message}`
}
