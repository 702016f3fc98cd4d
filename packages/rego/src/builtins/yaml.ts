import { Document, parseDocument, visit } from 'yaml'
import type { ScalarTag } from 'yaml'

import { fromJson, toJson } from '../values/json.ts'
import type { Value } from '../values/value.ts'
import { fail } from './operands.ts'

const maxAliases = 100

/** Integers of YAML 1.1 that OPA still reads: `0755` is octal, `1_000` a thousand. */
const oldIntegers: ScalarTag[] = [
  {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    test: /^0[0-7]+$/,
    resolve: (text) => BigInt(`0o${text.slice(1)}`),
  },
  {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    test: /^[1-9]\d*(?:_\d+)+$/,
    resolve: (text) => BigInt(text.replaceAll('_', '')),
  },
]

/** YAML 1.2 core schema; aliases are expanded within limits. */
export function parseYaml(text: string): Value {
  const document = parseDocument(text, {
    uniqueKeys: false,
    logLevel: 'silent',
    intAsBigInt: true,
    customTags: (tags) => [...oldIntegers, ...tags],
  })
  const [error] = document.errors
  if (error) {
    const line = error.linePos?.[0].line ?? 1
    throw fail(
      `yaml: line ${line - (line > 1 ? 1 : 0)}: did not find expected content: ${error.message.split('\n')[0]}`,
    )
  }
  try {
    return fromJson(document.toJS({ maxAliasCount: maxAliases }))
  } catch (cause) {
    throw fail(`yaml: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
}

export function toYaml(value: Value): string {
  const document = new Document(toJson(value), { sortMapEntries: true })
  visit(document, {
    Scalar: (_, scalar) => {
      const { value: text } = scalar
      if (typeof text === 'string' && isOtherwiseRead(text)) scalar.type = 'QUOTE_DOUBLE'
    },
  })
  return document.toString({ lineWidth: 0, singleQuote: true })
}

/** A text that YAML 1.1 would take for something else, which Go's encoder puts into double quotes. */
function isOtherwiseRead(text: string): boolean {
  return /^(?:|~|null|y|n|yes|no|on|off|true|false|[-+]?(?:\.inf|[\d.][\d_.:]*(?:e[-+]?\d+)?|0x[\da-f_]+|0b[01_]+|0o?[0-7_]+)|\.nan|\d{4}-\d\d?-\d\d?.*)$/i.test(
    text,
  )
}
