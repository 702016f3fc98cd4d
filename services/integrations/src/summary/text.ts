import Table from 'cli-table3'

import type { Section, Summary } from './summary.ts'

const truncated = '\n... (truncated)\n'

/** Plain text with tables; cut to `maxLength` characters where that is given, but never the footer. */
export function renderText(summary: Summary, maxLength = Number.POSITIVE_INFINITY): string {
  const body = summary.sections.map(renderSection).join('\n')
  const end = `\n${summary.footer}`
  if (body.length + end.length <= maxLength) return body + end
  return body.slice(0, Math.max(0, maxLength - end.length - truncated.length)) + truncated + end
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function renderSection({ title, rows }: Section): string {
  const table = new Table({ wordWrap: true, style: { head: [], border: [] } })
  table.push([{ colSpan: 2, content: title }], ...rows.map((row) => row.map(printable)))
  return table.toString()
}

/** No control characters, which would garble what shows it. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- those are what is meant
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e]+/g, ' ')
}
