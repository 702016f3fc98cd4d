import type { ReportedCase } from './report.ts'

/** JUnit XML: a suite for each thing that was judged, a case for each policy or test. */
export function junitXml(cases: readonly ReportedCase[]): string {
  const suites = [...Map.groupBy(cases, ({ suite }) => suite)].map(([name, members]) => {
    const lines = members.map(caseXml).join('')
    return `  <testsuite name="${escape(name)}" ${counts(members)}>\n${lines}  </testsuite>\n`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts(cases)}>\n${suites.join('')}</testsuites>\n`
}

function counts(cases: readonly ReportedCase[]): string {
  const count = (wanted: ReportedCase['outcome']): number =>
    cases.filter(({ outcome }) => outcome === wanted).length
  return `tests="${cases.length}" failures="${count('failed')}" skipped="${count('skipped')}" errors="0"`
}

function caseXml({ suite, name, outcome, reasons }: ReportedCase): string {
  const head = `    <testcase classname="${escape(suite)}" name="${escape(name)}"`
  if (outcome === 'passed') return `${head}/>\n`
  const [first = ''] = reasons
  const inner =
    outcome === 'skipped'
      ? `<skipped message="${escape(first)}"/>`
      : `<failure message="${escape(first)}">${escape(reasons.join('\n'))}</failure>`
  return `${head}>${inner}</testcase>\n`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
}

/** XML has no way to say control characters: they are left out. */
function escape(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\uFFFE\uFFFF]/gu, (char) => (char === '\n' || char === '\t' ? char : ''))
    .replaceAll(/[&<>"\n]/g, (char) => ENTITIES[char] ?? char)
}
