import { styleText } from 'node:util'

import Table from 'cli-table3'

import { printable } from './printable.ts'
import type { Block, Cell, View } from './view.ts'

export interface RenderOptions {
  /** Columns of the terminal; undefined: nobody looks at it there, so nothing is wrapped. */
  readonly width: number | undefined
  readonly color: boolean
}

const PADDING = 3
const NARROWEST = 8
/** What people copy: better in one piece. */
const IDENTIFIER = /^(?:sha\d+:)?[0-9a-f-]{36,}$/m

/** A view as text for a terminal or a log. */
export function renderView(view: View, options: RenderOptions): string {
  return view
    .map((block) => renderBlock(block, options))
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('')
}

function renderBlock(block: Block, options: RenderOptions): string {
  if (block.type === 'text') return block.text
  if (block.type === 'record') {
    const rows = block.fields
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => [name, cellText(value)])
    return titled(block.title, grid([], rows, options))
  }
  if (block.rows.length === 0) return block.empty
  const rows = block.rows.map((row) => row.map(cellText))
  return titled(block.title, grid(block.columns, rows, options))
}

function titled(title: string | undefined, body: string): string {
  return title === undefined ? body : `${title}\n${body}`
}

function grid(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { width, color }: RenderOptions,
): string {
  const widths = fit([...(head.length > 0 ? [head] : []), ...rows], width)
  const table = new Table({
    head: head.map((name) => (color ? bold(name) : name)),
    colWidths: [...widths],
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [], compact: true },
  })
  table.push(...rows.map((row) => [...row]))
  return table.toString()
}

/** Whether there are colours was decided by who asked; the table's own styles would look at the environment again. */
function bold(text: string): string {
  return styleText('bold', text, { validateStream: false })
}

/** Widths of the columns. Where they do not fit, the widest give up room; those with ids and digests last. */
function fit(rows: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): number[] {
  const columns = Array.from({ length: Math.max(0, ...rows.map((row) => row.length)) }, (_, at) =>
    rows.map((row) => row[at] ?? ''),
  )
  const widths = columns.map((cells) => Math.max(...cells.map(longestLine)) + PADDING - 1)
  const isRigid = columns.map((cells) => cells.some((cell) => IDENTIFIER.test(cell)))
  let excess = sum(widths) + columns.length + 1 - width
  for (const rigid of [false, true]) {
    const may = (at: number): number => (isRigid[at] === rigid ? (widths[at] ?? 0) : 0)
    for (; excess > 0; excess -= 1) {
      const widest = widths.reduce((best, _, at) => (may(at) > may(best) ? at : best), 0)
      if (may(widest) <= NARROWEST) break
      widths[widest] = may(widest) - 1
    }
  }
  return widths
}

function longestLine(value: string): number {
  return Math.max(...value.split('\n').map((line) => line.length))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function cellText(value: Cell): string {
  if (value === undefined) return ''
  if (value instanceof Date) return `${value.toISOString().slice(0, 19).replace('T', ' ')} UTC`
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return printable(String(value))
}
