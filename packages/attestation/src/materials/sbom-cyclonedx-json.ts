import type { JsonArray, JsonObject, JsonValue } from '../json/json-value.ts'
import {
  Misshapen,
  countAt,
  isArray,
  isObject,
  isPresent,
  member,
  optional,
  optionalItemsAt,
  stringAt,
  textAt,
} from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { withoutTag } from './image-name.ts'
import type { MainComponent } from './material.ts'
import { documentCrafter } from './read-document.ts'
import { identity } from './schema-check.ts'
import { cyclonedxSchema } from './schemas/cyclonedx-schemas.ts'
import { toolsAnnotations } from './tools.ts'
import type { Tool } from './tools.ts'

/** https://cyclonedx.org/specification/overview/, checked against the schema of the version that it states. */
export const sbomCyclonedxJson = documentCrafter(
  'SBOM_CYCLONEDX_JSON',
  async (document, options) => {
    const version = assertBom(document)
    const { violation, defects } = await judge(document.value ?? null, version)
    if (violation !== undefined && options.strict !== false) throw new Misshapen('', violation)

    const mainComponent = mainComponentOf(member(document, 'metadata'))
    return {
      annotations: {
        ...toolsAnnotations(toolsOf(member(document, 'metadata'))),
        ...(isPresent(member(document, 'vulnerabilities')) && {
          'chainloop.material.sbom.vulnerabilities_report': 'true',
        }),
      },
      ...(mainComponent && { mainComponent }),
      defects: violation === undefined ? defects : [...defects, `it ${violation}`],
    }
  },
)

/** Returns the version of the specification. */
function assertBom(document: Place): string {
  const format = member(document, 'bomFormat')
  if (stringAt(format) !== 'CycloneDX') throw new Misshapen(format.path, 'is not "CycloneDX"')
  const version = member(document, 'version')
  if (isPresent(version) && countAt(version) < 1)
    throw new Misshapen(version.path, 'is less than 1')
  return textAt(member(document, 'specVersion'))
}

async function schemaViolation(document: JsonValue, version: string): Promise<string | undefined> {
  const check = await cyclonedxSchema(version)
  if (!check) return `is of version ${version} of the specification, which is not known`
  const violation = check(document)
  return violation && `violates the schema of CycloneDX ${version}: ${violation}`
}

interface Judgement {
  readonly violation: string | undefined
  readonly defects: readonly string[]
}

/** Every version of the schema refuses the known mistakes, so that only what it refuses is searched for them. */
async function judge(document: JsonValue, version: string): Promise<Judgement> {
  const violation = await schemaViolation(document, version)
  if (violation === undefined) return { violation, defects: [] }
  const { tolerated, defects } = withoutKnownDefects(document)
  if (defects.length === 0) return { violation, defects }
  return { violation: await schemaViolation(tolerated, version), defects }
}

interface Tolerated {
  readonly tolerated: JsonValue
  readonly defects: readonly string[]
}

/** Two mistakes that widely used generators make; anything else is judged by the schema. */
function withoutKnownDefects(value: JsonValue | undefined): Tolerated {
  if (!isObject(value)) return { tolerated: value ?? null, defects: [] }
  const components = withoutDuplicates(value['components'])
  const vulnerabilities = withoutNullCwes(value['vulnerabilities'])
  return {
    tolerated: {
      ...value,
      ...(components.changed && { components: components.items }),
      ...(vulnerabilities.changed && { vulnerabilities: vulnerabilities.items }),
    },
    defects: [
      ...(components.changed ? ['components are listed twice'] : []),
      ...(vulnerabilities.changed ? ['the cwes of a vulnerability are null'] : []),
    ],
  }
}

interface Cleaned {
  readonly changed: boolean
  readonly items: JsonArray
}

function withoutDuplicates(value: JsonValue | undefined): Cleaned {
  if (!isArray(value)) return { changed: false, items: [] }
  const unique = new Map(value.map((item) => [identity(item), item]))
  return { changed: unique.size < value.length, items: [...unique.values()] }
}

function withoutNullCwes(value: JsonValue | undefined): Cleaned {
  if (!isArray(value)) return { changed: false, items: [] }
  const isNull = (item: JsonValue): item is JsonObject => isObject(item) && item['cwes'] === null
  return {
    changed: value.some(isNull),
    items: value.map((item) => {
      if (!isNull(item)) return item
      const { cwes: _, ...rest } = item
      return rest
    }),
  }
}

/** Up to 1.4 a list, since 1.5 an object with components (and services). */
function toolsOf(metadata: Place): Tool[] {
  if (!isPresent(metadata)) return []
  const tools = member(metadata, 'tools')
  const items = isObject(tools.value) ? member(tools, 'components') : tools
  return optionalItemsAt(items).map((tool) => ({
    name: optional(member(tool, 'name'), stringAt) ?? '',
    version: optional(member(tool, 'version'), stringAt) ?? '',
  }))
}

function mainComponentOf(metadata: Place): MainComponent | undefined {
  if (!isPresent(metadata)) return undefined
  return optional(member(metadata, 'component'), (component) => {
    const type = stringAt(member(component, 'type'))
    const name = stringAt(member(component, 'name'))
    const version = optional(member(component, 'version'), stringAt) ?? ''
    return {
      name: type === 'container' ? withoutTag(name) : name,
      version: version === '' ? digestProperty(component) : version,
      type,
    }
  })
}

/** Trivy states an image's digest in a property when there is no version. */
function digestProperty(component: Place): string {
  const found = optionalItemsAt(member(component, 'properties')).find(
    (property) => member(property, 'name').value === 'aquasecurity:trivy:RepoDigest',
  )
  const value = found && optional(member(found, 'value'), stringAt)
  return value?.split('@').at(-1) ?? ''
}
