import { Misshapen, isPresent, itemsAt, member, optional, stringAt, textAt } from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import type { Crafter } from './crafter.ts'
import type { MaterialKind } from './material-kind.ts'
import { documentCrafter } from './read-document.ts'
import { toolAnnotations } from './tools.ts'

/** A document of one category; https://docs.oasis-open.org/csaf/csaf/v2.0/: §3.2.1 and what each profile of §4 adds. */
function csaf(kind: MaterialKind, category: string, requires: readonly string[]): Crafter {
  return documentCrafter(kind, (root) => {
    const document = member(root, 'document')
    assertCategory(member(document, 'category'), category)
    assertDocument(document)
    for (const name of requires) assertThere(member(root, name))
    return { annotations: engineAnnotations(member(document, 'tracking')) }
  })
}

export const csafVex = csaf('CSAF_VEX', 'csaf_vex', ['product_tree', 'vulnerabilities'])
export const csafInformationalAdvisory = csaf(
  'CSAF_INFORMATIONAL_ADVISORY',
  'csaf_informational_advisory',
  [],
)
export const csafSecurityAdvisory = csaf('CSAF_SECURITY_ADVISORY', 'csaf_security_advisory', [
  'product_tree',
  'vulnerabilities',
])
export const csafSecurityIncidentResponse = csaf(
  'CSAF_SECURITY_INCIDENT_RESPONSE',
  'csaf_security_incident_response',
  [],
)

function assertCategory(category: Place, expected: string): void {
  if (stringAt(category) !== expected) {
    throw new Misshapen(category.path, `is ${JSON.stringify(category.value)}, not "${expected}"`)
  }
}

function assertDocument(document: Place): void {
  const version = member(document, 'csaf_version')
  if (!/^2\.[01]$/.test(stringAt(version)))
    throw new Misshapen(version.path, 'is neither 2.0 nor 2.1')
  textAt(member(document, 'title'))
  const publisher = member(document, 'publisher')
  for (const name of ['category', 'name', 'namespace']) textAt(member(publisher, name))
  const tracking = member(document, 'tracking')
  for (const name of ['id', 'status', 'version', 'initial_release_date', 'current_release_date']) {
    textAt(member(tracking, name))
  }
  itemsAt(member(tracking, 'revision_history'))
}

function assertThere(place: Place): void {
  if (!isPresent(place)) throw new Misshapen(place.path, 'is missing')
}

function engineAnnotations(tracking: Place): Record<string, string> {
  const engine = optional(member(tracking, 'generator'), (generator) => member(generator, 'engine'))
  if (!engine || !isPresent(engine)) return {}
  return toolAnnotations({
    name: textAt(member(engine, 'name')),
    version: optional(member(engine, 'version'), stringAt) ?? '',
  })
}
