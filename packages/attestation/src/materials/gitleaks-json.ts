import { member, textAt } from '../json/shape.ts'
import { listCrafter } from './list-crafter.ts'
import { toolAnnotations } from './tools.ts'

/** The JSON report of https://github.com/gitleaks/gitleaks; no findings is an empty list. */
export const gitleaksJson = listCrafter(
  'GITLEAKS_JSON',
  (finding) => textAt(member(finding, 'Fingerprint')),
  { annotations: toolAnnotations({ name: 'gitleaks', version: '' }) },
)
