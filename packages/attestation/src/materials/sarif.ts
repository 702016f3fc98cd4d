import type { JsonValue } from '../json/json-value.ts'
import { InvalidJson, decodeUtf8, parseJsonText } from '../json/parse-json.ts'
import {
  Misshapen,
  isPresent,
  member,
  optional,
  optionalItemsAt,
  root,
  stringAt,
  textAt,
} from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import type { Crafter, Inspection } from './crafter.ts'
import { readDocument, refusing } from './read-document.ts'
import { scanTypesAnnotation } from './scan-types.ts'
import { toolAnnotations } from './tools.ts'

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/: version, schema, runs and who made each. */
export const sarif: Crafter = {
  async inspect(evidence, options) {
    return refusing('SARIF', evidence, async () => {
      const text = decodeUtf8(await readDocument('SARIF', evidence, options))
      const { document, defects } = parseTolerantly(text)
      return { ...inspectReport(root(document)), defects }
    })
  },
}

interface Tolerated {
  readonly document: JsonValue
  readonly defects: readonly string[]
}

/** Some analysers put lines of source code into strings as they are; outside strings such characters are spaces. */
function parseTolerantly(text: string): Tolerated {
  try {
    return { document: parseJsonText(text), defects: [] }
  } catch (cause) {
    if (!(cause instanceof InvalidJson) || !cause.message.includes('control character')) throw cause
    const document = parseJsonText(text.replaceAll(/[\t\n\r\v\f]/g, ' '))
    return { document, defects: [`it has a line break or tab within a string: ${cause.message}`] }
  }
}

function inspectReport(document: Place): Inspection {
  const version = member(document, 'version')
  if (stringAt(version) !== '2.1.0') {
    throw new Misshapen(version.path, `is ${JSON.stringify(version.value)}, not "2.1.0"`)
  }
  textAt(member(document, '$schema'))
  const runs = member(document, 'runs')
  if (runs.value === undefined) throw new Misshapen(runs.path, 'is missing')
  const drivers = optionalItemsAt(runs).map(driverOf)
  optionalItemsAt(runs).forEach(assertResults)

  const [first] = drivers
  return {
    annotations: {
      ...(first &&
        toolAnnotations({
          name: textAt(member(first, 'name')),
          version: optional(member(first, 'version'), stringAt) ?? '',
        })),
      ...scanTypesAnnotation(optionalItemsAt(runs).filter(isCheckmarx).flatMap(engines)),
    },
  }
}

function driverOf(run: Place): Place {
  const driver = member(member(run, 'tool'), 'driver')
  textAt(member(driver, 'name'))
  return driver
}

function assertResults(run: Place): void {
  for (const result of optionalItemsAt(member(run, 'results'))) {
    const message = member(result, 'message')
    if (isPresent(message)) optional(member(message, 'text'), stringAt)
    else throw new Misshapen(message.path, 'is missing')
  }
}

function isCheckmarx(run: Place): boolean {
  return textAt(member(driverOf(run), 'name'))
    .toLowerCase()
    .includes('checkmarx')
}

/** Checkmarx appends its engine to the rule: `Reflected_XSS (sast)`. */
function engines(run: Place): string[] {
  return optionalItemsAt(member(run, 'results')).flatMap((result) => {
    const rule = optional(member(result, 'ruleId'), stringAt) ?? ''
    return /\(([a-z-]+)\)$/.exec(rule)?.[1] ?? []
  })
}
