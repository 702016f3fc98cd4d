import type { Quantity, Row } from './row.ts'

const columns = ['what', 'measured', 'against', 'baseline', 'ratio'] as const

/** Plain text, aligned, one row per line; notes below it. */
export function renderTable(rows: readonly Row[]): string {
  const lines = [columns, ...rows.map(cells)]
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)))
  const table = lines.map((line) => line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '))
  const notes = rows.flatMap(({ what, note }) => (note === undefined ? [] : [`${what}: ${note}`]))
  return [...table.map((line) => line.trimEnd()), ...(notes.length > 0 ? ['', ...notes] : [])].join(
    '\n',
  )
}

function cells({ what, measured, baseline, reference, better }: Row): readonly string[] {
  const ratio = measured.value / reference.value
  return [
    what,
    show(measured),
    baseline,
    show(reference),
    `${ratio.toFixed(2)} (${better} is better)`,
  ]
}

function show({ value, unit }: Quantity): string {
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`
}
