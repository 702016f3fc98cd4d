import { Misshapen, isPresent, itemsAt, member, optional, stringAt, textAt } from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { documentCrafter } from './read-document.ts'
import { toolAnnotations } from './tools.ts'

const SCANS: ReadonlySet<string> = new Set([
  'sast',
  'dast',
  'api_fuzzing',
  'coverage_fuzzing',
  'secret_detection',
  'dependency_scanning',
  'container_scanning',
  'container_scanning_for_registry',
  'cluster_image_scanning',
])

/** https://gitlab.com/gitlab-org/security-products/security-report-schemas: what every report has. */
export const gitlabSecurityReport = documentCrafter('GITLAB_SECURITY_REPORT', (document) => {
  textAt(member(document, 'version'))
  itemsAt(member(document, 'vulnerabilities'))
  const scan = member(document, 'scan')
  const type = member(scan, 'type')
  if (!SCANS.has(stringAt(type))) {
    throw new Misshapen(type.path, `is ${JSON.stringify(type.value)}, which is not a kind of scan`)
  }
  return { annotations: scannerAnnotations(scan) }
})

function scannerAnnotations(scan: Place): Record<string, string> {
  const scanner = [member(scan, 'scanner'), member(scan, 'analyzer')].find(isPresent)
  if (!scanner) return {}
  return toolAnnotations({
    name: optional(member(scanner, 'name'), stringAt) ?? '',
    version: optional(member(scanner, 'version'), stringAt) ?? '',
  })
}
