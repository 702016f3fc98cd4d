import type { JsonValue } from '../json/json-value.ts'
import { InvalidJson, parseJsonText } from '../json/parse-json.ts'
import type { TextPlace } from '../json/parse-json.ts'
import { within } from '../json/read-json-list.ts'
import { readOutline } from '../json/read-outline.ts'
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
import { InvalidMaterial } from './crafter.ts'
import type { Crafter, InspectOptions, Inspection } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import { decodedUtf8 } from './list-crafter.ts'
import { MAX_DOCUMENT_BYTES, emptyFile, refusing, tooLarge } from './read-document.ts'
import { isScanEngine, scanTypesAnnotation } from './scan-types.ts'
import { toolAnnotations } from './tools.ts'

/**
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/: version, schema, runs and who made each. Results are looked at one
 * after the other; everything else is held as a whole.
 */
export const sarif: Crafter = {
  async inspect(evidence, options) {
    return refusing('SARIF', evidence, async () => {
      const defects: string[] = []
      const scans = new Map<number, Set<string>>()
      const { text, locate } = await readOutline(decoded(evidence), {
        list: ['runs', '*', 'results'],
        visit: ({ text: item, place, indices: [run = 0, index = 0] }) => {
          const value = parseTolerantly(item, { defects, locate: (inner) => within(place, inner) })
          const result = { value, path: `runs[${run}].results[${index}]` }
          assertResult(result)
          const engine = engineOf(result)
          if (isScanEngine(engine)) scans.set(run, (scans.get(run) ?? new Set()).add(engine))
        },
        onLength: limitedTo(evidence, options),
      })
      const document = root(parseTolerantly(text, { defects, locate }))
      return { ...inspectReport(document, scans), defects }
    })
  },
}

/** What is not SARIF at its first character is not read to its end. */
async function* decoded(evidence: Evidence): AsyncGenerator<string> {
  if (evidence.size === 0) throw emptyFile('SARIF', evidence)
  let first = true
  for await (const text of decodedUtf8(evidence.open())) {
    if (first && text !== '' && !/^\s*(?:\{|$)/.test(text)) {
      throw new InvalidMaterial(
        'SARIF',
        `${evidence.name} is not SARIF: it is not a document of that format`,
      )
    }
    first &&= text === ''
    yield text
  }
}

function limitedTo(
  evidence: Evidence,
  { maxDocumentBytes: limit = MAX_DOCUMENT_BYTES }: InspectOptions,
): (length: number) => void {
  return (length) => {
    if (length > limit) throw tooLarge('SARIF', evidence, limit)
  }
}

interface Tolerating {
  readonly defects: string[]
  readonly locate: (place: TextPlace) => TextPlace
}

/** Some analysers put lines of source code into strings as they are; outside strings such characters are spaces. */
function parseTolerantly(text: string, { defects, locate }: Tolerating): JsonValue {
  try {
    return parseJsonText(text)
  } catch (cause) {
    if (!(cause instanceof InvalidJson)) throw cause
    const located = new InvalidJson(cause.problem, locate(cause))
    if (!cause.problem.includes('control character')) throw located
    if (defects.length === 0)
      defects.push(`it has a line break or tab within a string: ${located.message}`)
    return parseSpaced(text.replaceAll(/[\t\n\r\v\f]/g, ' '), located)
  }
}

/** What is wrong besides has no line of its own any more. */
function parseSpaced(text: string, { line, column }: InvalidJson): JsonValue {
  try {
    return parseJsonText(text)
  } catch (cause) {
    if (!(cause instanceof InvalidJson)) throw cause
    throw new InvalidJson(`${cause.problem}, here or behind it`, { line, column })
  }
}

function inspectReport(
  document: Place,
  scans: ReadonlyMap<number, ReadonlySet<string>>,
): Inspection {
  const version = member(document, 'version')
  if (stringAt(version) !== '2.1.0') {
    throw new Misshapen(version.path, `is ${JSON.stringify(version.value)}, not "2.1.0"`)
  }
  textAt(member(document, '$schema'))
  const runs = member(document, 'runs')
  if (runs.value === undefined) throw new Misshapen(runs.path, 'is missing')
  const drivers = optionalItemsAt(runs).map(driverOf)
  // Those that were not taken out: their list is named with escapes.
  optionalItemsAt(runs)
    .flatMap((run) => optionalItemsAt(member(run, 'results')))
    .forEach(assertResult)

  const [first] = drivers
  const engines = drivers.flatMap((driver, run) =>
    isCheckmarx(driver) ? [...(scans.get(run) ?? [])] : [],
  )
  return {
    annotations: {
      ...(first &&
        toolAnnotations({
          name: textAt(member(first, 'name')),
          version: optional(member(first, 'version'), stringAt) ?? '',
        })),
      ...scanTypesAnnotation(engines),
    },
  }
}

function driverOf(run: Place): Place {
  const driver = member(member(run, 'tool'), 'driver')
  textAt(member(driver, 'name'))
  return driver
}

function assertResult(result: Place): void {
  const message = member(result, 'message')
  if (!isPresent(message)) throw new Misshapen(message.path, 'is missing')
  optional(member(message, 'text'), stringAt)
}

function isCheckmarx(driver: Place): boolean {
  return textAt(member(driver, 'name')).toLowerCase().includes('checkmarx')
}

/** Checkmarx appends its engine to the rule: `Reflected_XSS (sast)`. */
function engineOf(result: Place): string {
  const rule = member(result, 'ruleId').value
  return typeof rule === 'string' ? (/\(([a-z-]+)\)$/.exec(rule)?.[1] ?? '') : ''
}
