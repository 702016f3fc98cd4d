import {
  Misshapen,
  member,
  optional,
  optionalItemsAt,
  stringAt,
  textAt,
  itemsAt,
} from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { withoutTag } from './image-name.ts'
import type { MainComponent } from './material.ts'
import { documentCrafter } from './read-document.ts'
import { toolsAnnotations } from './tools.ts'
import type { Tool } from './tools.ts'

const DOCUMENT = 'SPDXRef-DOCUMENT'

/** https://spdx.github.io/spdx-spec/v2.3/: the mandatory fields of §6, and the identifiers that relationships name. */
export const sbomSpdxJson = documentCrafter('SBOM_SPDX_JSON', (document) => {
  assertDocument(document)
  const packages = optionalItemsAt(member(document, 'packages'))
  packages.forEach(assertPackage)

  const mainComponent = mainComponentOf(document, packages)
  return {
    annotations: toolsAnnotations(toolsOf(member(document, 'creationInfo'))),
    ...(mainComponent && { mainComponent }),
  }
})

function assertDocument(document: Place): void {
  const version = member(document, 'spdxVersion')
  if (!/^SPDX-2\.[0-3]$/.test(stringAt(version))) {
    throw new Misshapen(
      version.path,
      `is ${JSON.stringify(version.value)}, not SPDX-2.0 to SPDX-2.3`,
    )
  }
  const id = member(document, 'SPDXID')
  if (stringAt(id) !== DOCUMENT) throw new Misshapen(id.path, `is not ${DOCUMENT}`)
  textAt(member(document, 'name'))
  textAt(member(document, 'dataLicense'))
  textAt(member(document, 'documentNamespace'))
  const info = member(document, 'creationInfo')
  textAt(member(info, 'created'))
  itemsAt(member(info, 'creators')).forEach(stringAt)
}

function assertPackage(item: Place): void {
  textAt(member(item, 'name'))
  const id = member(item, 'SPDXID')
  if (!/^SPDXRef-[\w.-]+$/.test(textAt(id))) {
    throw new Misshapen(id.path, 'is not SPDXRef- with letters, digits, dots and hyphens')
  }
}

/** `Tool: syft-0.100.0`: the version is behind the first hyphen. */
function toolsOf(info: Place): Tool[] {
  return optionalItemsAt(member(info, 'creators'))
    .map(stringAt)
    .filter((creator) => creator.startsWith('Tool:'))
    .map((creator) => {
      const [name = '', ...version] = creator.slice('Tool:'.length).trim().split('-')
      return { name, version: version.join('-') }
    })
}

function mainComponentOf(document: Place, packages: readonly Place[]): MainComponent | undefined {
  const described = new Set(describedBy(document))
  const main = packages.find((item) => described.has(stringAt(member(item, 'SPDXID'))))
  if (!main) return undefined
  const type = (optional(member(main, 'primaryPackagePurpose'), stringAt) ?? '').toLowerCase()
  const name = stringAt(member(main, 'name'))
  return {
    name: type === 'container' ? withoutTag(name) : name,
    version: optional(member(main, 'versionInfo'), stringAt) ?? '',
    type,
  }
}

/** What the document is about, in each of the three ways in which it can say so. */
function describedBy(document: Place): string[] {
  const listed = optionalItemsAt(member(document, 'documentDescribes')).map(stringAt)
  const related = optionalItemsAt(member(document, 'relationships')).map((relationship) => ({
    from: stringAt(member(relationship, 'spdxElementId')),
    type: stringAt(member(relationship, 'relationshipType')),
    to: stringAt(member(relationship, 'relatedSpdxElement')),
  }))
  return [
    ...related
      .filter(({ from, type }) => from === DOCUMENT && type === 'DESCRIBES')
      .map(({ to }) => to),
    ...related
      .filter(({ to, type }) => to === DOCUMENT && type === 'DESCRIBED_BY')
      .map(({ from }) => from),
    ...listed,
  ]
}
