import { formatLocation, RegoError } from '../errors.ts'
import { parseModule } from '../syntax/parse-module.ts'
import { formatValue } from '../values/format.ts'
import { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { moduleJson } from './module-json.ts'
import { arrayAt, elements, fail, stringAt } from './operands.ts'
import { define } from './registry.ts'
import type { Builtin, BuiltinFunction } from './registry.ts'

/** The parts come as sets of what they yield: empty if undefined. */
const templateString: BuiltinFunction = (args, { run }) => {
  const text = arrayAt(args, 0).map(partText).join('')
  run.meter.allocate(2 * text.length)
  return text
}

function partText(part: Value): string {
  if (!(part instanceof RegoSet)) return shown(part)
  const [value, ...others] = part.values()
  if (others.length > 0) {
    throw new RegoError('eval_conflict_error', 'template-strings must not produce multiple outputs')
  }
  return value === undefined ? '<undefined>' : shown(value)
}

function shown(value: Value): string {
  return typeof value === 'string' ? value : formatValue(value)
}

const print: BuiltinFunction = (args, { run, location }) => {
  for (const line of combinations(arrayAt(args, 0))) {
    run.meter.tick()
    run.host.print?.(line.join(' '), formatLocation(location))
  }
  return true
}

/** One line for each combination of the values that the operands yield. */
function combinations(parts: readonly Value[]): string[][] {
  return parts.reduce<string[][]>(
    (lines, part) => {
      const values =
        part instanceof RegoSet && part.size === 0 ? ['<undefined>'] : elements(part).map(shown)
      return lines.flatMap((line) => values.map((value) => [...line, value]))
    },
    [[]],
  )
}

const parse: BuiltinFunction = (args) => {
  try {
    return moduleJson(
      parseModule({ file: stringAt(args, 0), text: stringAt(args, 1), version: 'v1' }),
    )
  } catch (error) {
    throw error instanceof RegoError ? fail(`${error.code}: ${error.reason}`) : error
  }
}

const metadata: BuiltinFunction = () => RegoObject.empty

export const engine: readonly Builtin[] = [
  define(
    'internal.template_string(array) -> string',
    'What a template string `$"…"` calls.',
    templateString,
  ),
  define('internal.print(array) -> boolean', 'What `print` calls.', print),
  define('trace(string) -> boolean', 'True; there is no trace to write to.', () => true),
  define(
    'opa.runtime() -> object',
    'What the host tells of itself; empty by default.',
    (_, { run }) => run.host.runtime?.() ?? RegoObject.empty,
  ),
  define('rego.parse_module(string, string) -> object', 'The syntax tree of a module.', parse),
  define('rego.metadata.rule() -> any', 'The annotations of the rule that calls.', metadata),
  define(
    'rego.metadata.chain() -> array',
    'The annotations of the rule that calls and of what is around it.',
    () => [],
  ),
]
