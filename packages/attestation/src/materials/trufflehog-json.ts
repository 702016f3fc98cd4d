import { member, textAt } from '../json/shape.ts'
import { listCrafter } from './list-crafter.ts'
import { toolAnnotations } from './tools.ts'

/** Findings of https://github.com/trufflesecurity/trufflehog: lines, or a list; a clean scan writes nothing at all. */
export const trufflehogJson = listCrafter(
  'TRUFFLEHOG_JSON',
  (finding) => textAt(member(finding, 'DetectorName')),
  {
    annotations: toolAnnotations({ name: 'trufflehog', version: '' }),
    lines: true,
    emptyFile: true,
  },
)
