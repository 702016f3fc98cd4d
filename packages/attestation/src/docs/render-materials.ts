import { MAX_ITEM_LENGTH } from '../json/read-json-list.ts'
import { ARCHIVE_LIMITS, MAX_ZIP_BYTES } from '../materials/archive-limits.ts'
import type { ArchiveLimits } from '../materials/archive-limits.ts'
import { DRANZER_LIMITS } from '../materials/certcc-dranzer.ts'
import {
  DETECTION_ORDER,
  MATERIAL_KIND_NUMBERS,
  isMaterialKind,
} from '../materials/material-kind.ts'
import type { MaterialKind } from '../materials/material-kind.ts'
import { MAX_RADAMSA_RECORDS, RADAMSA_LIMITS } from '../materials/radamsa-report.ts'
import { MAX_DOCUMENT_BYTES } from '../materials/read-document.ts'
import { MAX_LINE_LENGTH } from '../materials/text-lines.ts'
import { MAX_XML_DEPTH, MAX_XML_TOKEN_LENGTH } from '../materials/xml.ts'
import { KIND_GUIDE } from './kind-guide.ts'
import type { Reading } from './kind-guide.ts'

/** `docs/materials.md`: every kind, how it is judged and what limits it. */
export function renderMaterials(): string {
  return [
    INTRODUCTION,
    DETECTION_ORDER.map((kind, index) => `${index + 1}. ${kind}`).join('\n'),
    '## Kinds',
    ...Object.keys(MATERIAL_KIND_NUMBERS).filter(isMaterialKind).map(section),
  ]
    .join('\n\n')
    .concat('\n')
}

const INTRODUCTION = `# Kinds of material

Generated from the code by \`pnpm --filter @chainloop/attestation run docs\`; do not edit.

Evidence is accepted, accepted with defects that are recorded (what widely used tools get wrong), or refused with the place
of what is wrong. Where a caller asks for it (\`strict: false\`), a violated JSON Schema is such a defect. Empty files are
refused. Client and control plane judge with the same code.

Files carry the annotation \`chainloop.material.size\`, in bytes; each kind below lists what else it says of itself.

JSON is read strictly: UTF-8, no member twice, no text after the document. Document type declarations with entities are
refused in XML. Of an archive nothing is written to a disk; links in it are not followed, and entries that lead out of it are
refused.

## Order of recognition

A file without a kind is tried in this order, and so is a value: only as CONTAINER_IMAGE and STRING. The first kind that
accepts it wins; a document that is too large for its kind ends the search. Kinds that are not in the list have to be named.`

function section(kind: MaterialKind): string {
  const { accepted, reading, annotations = [] } = KIND_GUIDE[kind]
  const position = DETECTION_ORDER.findIndex((one) => one === kind)
  return [
    `### ${kind}`,
    '',
    `- number: ${MATERIAL_KIND_NUMBERS[kind]}`,
    `- recognised: ${position < 0 ? 'no, has to be named' : `as number ${position + 1}`}`,
    `- accepted: ${accepted}`,
    `- annotations: ${annotations.map((name) => `\`${name}\``).join(', ') || 'none of its own'}`,
    `- limits: ${LIMITS[reading]}`,
  ].join('\n')
}

const LIMITS: Readonly<Record<Reading, string>> = {
  value: 'none; a value and no file',
  unread: 'none; only hashed',
  whole: `held as a whole: ${bytes(MAX_DOCUMENT_BYTES)}, a setting (\`maxDocumentBytes\`)`,
  'but-results': `results stream, ${count(MAX_ITEM_LENGTH)} characters each; the rest is held as a whole: ${bytes(MAX_DOCUMENT_BYTES)}, a setting (\`maxDocumentBytes\`)`,
  'looked-into': `none; looked into up to ${bytes(MAX_DOCUMENT_BYTES)}`,
  list: `streams; ${count(MAX_ITEM_LENGTH)} characters an item`,
  lines: `streams; ${count(MAX_LINE_LENGTH)} characters a line`,
  xml: xml(),
  'xml-or-archive': `${xml()}; archives: ${archive(ARCHIVE_LIMITS)}, a zip ${zip()}`,
  'tar.gz': archive(ARCHIVE_LIMITS),
  zip: `${count(ARCHIVE_LIMITS.entries)} entries, ${zip()}`,
  dranzer: `${count(MAX_LINE_LENGTH)} characters a line; archives: ${archive(DRANZER_LIMITS)}`,
  radamsa: `${count(MAX_LINE_LENGTH)} characters a line, ${count(MAX_RADAMSA_RECORDS)} cases; archives: ${archive(RADAMSA_LIMITS)}, a zip ${bytes(MAX_DOCUMENT_BYTES)} before`,
}

function xml(): string {
  return `streams; ${count(MAX_XML_TOKEN_LENGTH)} characters an attribute, elements ${MAX_XML_DEPTH} deep`
}

function archive({ entries, bytes: size }: ArchiveLimits): string {
  return `${count(entries)} entries, ${bytes(size)} unpacked`
}

function zip(): string {
  return `${bytes(MAX_DOCUMENT_BYTES)} before and ${bytes(MAX_ZIP_BYTES)} after unpacking`
}

function count(number: number): string {
  return number.toLocaleString('en-US')
}

function bytes(number: number): string {
  return number >= 1024 ** 3 ? `${number / 1024 ** 3} GiB` : `${number / 1024 ** 2} MiB`
}
