/** What a command shows to people: blocks, one below the other. */
export type View = readonly Block[]

export type Block = TextBlock | RecordBlock | TableBlock

/** Lines as they are. */
export interface TextBlock {
  readonly type: 'text'
  readonly text: string
}

/** Names and values of one thing. What has no value is left out. */
export interface RecordBlock {
  readonly type: 'record'
  readonly title?: string | undefined
  readonly fields: readonly (readonly [name: string, value: Cell])[]
}

export interface TableBlock {
  readonly type: 'table'
  readonly title?: string | undefined
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** Said instead of an empty table. */
  readonly empty: string
}

export type Cell = string | number | boolean | Date | undefined

export function text(...lines: readonly string[]): TextBlock {
  return { type: 'text', text: lines.join('\n') }
}

export function record(fields: RecordBlock['fields'], title?: string): RecordBlock {
  return { type: 'record', fields, title }
}

export function table(
  columns: readonly string[],
  rows: TableBlock['rows'],
  words: { readonly empty: string; readonly title?: string },
): TableBlock {
  return { type: 'table', columns, rows, ...words }
}
