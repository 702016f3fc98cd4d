/** Characters of a grid besides its texts: two blanks and a border for each column, and one border more. */
export const BLANKS = 2
const BORDER = 1

/**
 * Widths of the columns of a grid, padding included. Where they do not fit, the widest give up room, as far as no word
 * has to be broken. Undefined: they do not fit even so.
 */
export function columnWidths(
  rows: readonly (readonly string[])[],
  width: number | undefined,
): readonly number[] | undefined {
  const columns = Array.from({ length: Math.max(0, ...rows.map((row) => row.length)) }, (_, at) =>
    rows.map((row) => row[at] ?? ''),
  )
  const least = columns.map((cells) => longest(cells, /\s/))
  const widths = columns.map((cells) => longest(cells, '\n'))
  const room = (width ?? Number.POSITIVE_INFINITY) - columns.length * (BLANKS + BORDER) - BORDER
  if (sum(least) > room) return undefined
  return shrink(widths, least, room).map((text) => text + BLANKS)
}

/** The widest that still may gives up a character, until all fit. */
function shrink(natural: readonly number[], least: readonly number[], room: number): number[] {
  const widths = [...natural]
  for (let excess = sum(widths) - room; excess > 0; excess -= 1) {
    const may = widths.map((width, at) => (width > (least[at] ?? 0) ? width : 0))
    const widest = may.indexOf(Math.max(...may))
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

/** Lines of at most `width` characters; words longer than that are broken. */
export function wrap(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, Math.max(1, width)))
}

function wrapLine(line: string, width: number): readonly string[] {
  const lines: string[] = []
  let rest = line
  while (rest.length > width) {
    const blank = rest.lastIndexOf(' ', width)
    const end = blank > 0 ? blank : width
    lines.push(rest.slice(0, end))
    rest = rest.slice(blank > 0 ? end + 1 : end)
  }
  return [...lines, rest]
}

function longest(cells: readonly string[], separator: string | RegExp): number {
  return Math.max(0, ...cells.flatMap((cell) => cell.split(separator)).map((part) => part.length))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
