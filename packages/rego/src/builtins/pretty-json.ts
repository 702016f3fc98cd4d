import { keyText, marshal } from '../values/json.ts'
import { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'

export type Layout = { readonly indent: string; readonly prefix: string }

/** JSON text with a line for each member; every line after the first starts with the prefix. */
export function prettyJson(value: Value, layout: Layout, depth = 0): string {
  const inner = `\n${layout.prefix}${layout.indent.repeat(depth + 1)}`
  const outer = `\n${layout.prefix}${layout.indent.repeat(depth)}`
  const wrap = (open: string, lines: readonly string[], close: string): string =>
    lines.length === 0 ? open + close : open + inner + lines.join(`,${inner}`) + outer + close
  const show = (item: Value): string => prettyJson(item, layout, depth + 1)
  if (value instanceof RegoObject) {
    const lines = Array.from(value.entries(), ([k, v]) => `${marshal(keyText(k))}: ${show(v)}`)
    return wrap('{', lines, '}')
  }
  if (value instanceof RegoSet) return wrap('[', value.values().map(show), ']')
  return Array.isArray(value) ? wrap('[', value.map(show), ']') : marshal(value)
}
