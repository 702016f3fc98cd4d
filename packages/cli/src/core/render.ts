import { styleText } from 'node:util'

import Table from 'cli-table3'

import { BLANKS, columnWidths, wrap } from './column-widths.ts'
import { printable } from './printable.ts'
import type { Block, Cell, View } from './view.ts'

export interface RenderOptions {
  /** Columns of the terminal; undefined: nobody looks at it there, so nothing is wrapped. */
  readonly width: number | undefined
  readonly color: boolean
}

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
      .map(([name, value]) => [name, cellText(value)] as const)
    return titled(block.title, grid([], rows, options) ?? list(rows, options))
  }
  if (block.rows.length === 0) return block.empty
  const rows = block.rows.map((row) => row.map(cellText))
  return titled(
    block.title,
    grid(block.columns, rows, options) ?? lists(block.columns, rows, options),
  )
}

function titled(title: string | undefined, body: string): string {
  return title === undefined ? body : `${title}\n${body}`
}

/** Undefined where the terminal is too narrow for one. */
function grid(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { width, color }: RenderOptions,
): string | undefined {
  const widths = columnWidths([...(head.length > 0 ? [head] : []), ...rows], width)
  if (widths === undefined) return undefined
  const wrapped = (text: string, at: number): readonly string[] =>
    wrap(text, (widths[at] ?? 0) - BLANKS)
  const table = new Table({
    head: head.map((name, at) =>
      wrapped(name, at)
        .map((line) => (color ? bold(line) : line))
        .join('\n'),
    ),
    colWidths: [...widths],
    style: { head: [], border: [], compact: true },
  })
  table.push(...rows.map((row) => row.map((text, at) => wrapped(text, at).join('\n'))))
  return table.toString()
}

/** The rows one below the other, each with the names of its columns. */
function lists(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  options: RenderOptions,
): string {
  return rows
    .map((row) =>
      list(
        columns
          .map((name, at) => [name, row[at] ?? ''] as const)
          .filter(([, value]) => value !== ''),
        options,
      ),
    )
    .join('\n\n')
}

function list(
  fields: readonly (readonly [name: string, value: string])[],
  { width = Number.POSITIVE_INFINITY, color }: RenderOptions,
): string {
  const names = Math.max(0, ...fields.map(([name]) => name.length)) + 2
  return fields
    .flatMap(([name, value]) =>
      wrap(value, width - names).map((line, at) => {
        const label = (at === 0 ? name : '').padEnd(names)
        return `${color ? bold(label) : label}${line}`
      }),
    )
    .join('\n')
}

/** Whether there are colours was decided by who asked; the table's own styles would look at the environment again. */
function bold(text: string): string {
  return styleText('bold', text, { validateStream: false })
}

function cellText(value: Cell): string {
  if (value === undefined) return ''
  if (value instanceof Date) return `${value.toISOString().slice(0, 19).replace('T', ' ')} UTC`
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return printable(String(value))
}
