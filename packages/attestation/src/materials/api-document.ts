import { describeProblem } from '../contract/contract-problem.ts'
import { parseText, toJson } from '../contract/tree.ts'
import type { JsonValue } from '../json/json-value.ts'
import { decodeUtf8, parseJsonText } from '../json/parse-json.ts'
import { Misshapen, isPresent, member, optional, root, stringAt } from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Crafter, InspectOptions, Inspection } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import type { MaterialKind } from './material-kind.ts'
import { readAll, refusing } from './read-document.ts'
import type { SchemaCheck } from './schema-check.ts'

const YAML_LIMITS = { maxDepth: 256, maxNodes: 2_000_000 }

export interface ApiRules {
  /** The member that says which specification the document follows, and in which version. */
  readonly marks: readonly string[]
  /** The check for a version of the specification. */
  schemaOf(version: string): Promise<SchemaCheck | undefined>
  annotate?(document: Place): Record<string, string>
}

/** A crafter of descriptions of interfaces, which are written in YAML or JSON. */
export function apiCrafter(kind: MaterialKind, rules: ApiRules): Crafter {
  return {
    async inspect(evidence, options) {
      return refusing(kind, evidence, async () => {
        const document = root(
          parse(await readText(kind, evidence, { ...options, marks: rules.marks })),
        )
        return inspectApi(document, rules, options)
      })
    },
  }
}

async function inspectApi(
  document: Place,
  rules: ApiRules,
  options: InspectOptions,
): Promise<Inspection> {
  const mark = rules.marks.map((name) => member(document, name)).find(isPresent)
  if (!mark) throw new Misshapen('', `has no member ${rules.marks.join(' or ')}`)
  const version = stringAt(mark)
  const check = await rules.schemaOf(version)
  const violation = check
    ? check(document.value ?? null)
    : `version ${version} of the specification is not known`
  if (violation !== undefined && options.strict !== false)
    throw new Misshapen('', `violates its schema: ${violation}`)
  const info = member(document, 'info')
  return {
    annotations: {
      'chainloop.material.api.spec_version': version,
      ...named('chainloop.material.api.name', isPresent(info) ? member(info, 'title') : info),
      ...named('chainloop.material.api.version', isPresent(info) ? member(info, 'version') : info),
      ...rules.annotate?.(document),
    },
    defects: violation === undefined ? [] : [`it violates its schema: ${violation}`],
  }
}

export function named(annotation: string, place: Place): Record<string, string> {
  const value = optional(place, stringAt) ?? ''
  return value === '' ? {} : { [annotation]: value }
}

function parse(text: string): JsonValue {
  if (text.trimStart().startsWith('{')) return parseJsonText(text)
  const { tree, problems } = parseText(text, YAML_LIMITS)
  const [first] = problems
  if (!tree || first)
    throw new Misshapen('', first ? `is no YAML: ${describeProblem(first)}` : 'is empty')
  return toJson(tree)
}

/** Only a text that shows one of the marks at the start of a line is read to its end. */
async function readText(
  kind: MaterialKind,
  evidence: Evidence,
  { marks, ...options }: InspectOptions & { readonly marks: readonly string[] },
): Promise<string> {
  const mark = new RegExp(String.raw`(?:^|[\n\r{,])[ \t]*["']?(?:${marks.join('|')})["']?[ \t]*:`)
  const accepts = (head: Uint8Array): boolean => mark.test(Buffer.from(head).toString('latin1'))
  try {
    return decodeUtf8(await readAll(kind, evidence, { ...options, accepts }))
  } catch (cause) {
    // Too large to be read as a whole is not too large to be an artifact.
    if (cause instanceof InvalidMaterial && cause.reason === 'too_large')
      throw new InvalidMaterial(kind, cause.message)
    throw cause
  }
}
