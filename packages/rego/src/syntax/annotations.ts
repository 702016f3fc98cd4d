import { parse } from 'yaml'

import { RegoError } from '../errors.ts'
import { fromJson } from '../values/json.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import type { Annotations } from './ast.ts'
import { failAt } from './parser.ts'
import type { Comment } from './token.ts'

type Block = { readonly lastRow: number; readonly first: Comment; readonly yaml: string }
type FindAnnotations = (row: number, scope: string) => readonly Annotations[]

/**
 * `# METADATA` blocks, each handed out once, to the first statement that follows it. Without a
 * `scope` of its own a block has the scope of the statement.
 */
export function annotationsBefore(comments: readonly Comment[]): FindAnnotations {
  const blocks = collectBlocks(comments)
  return (row, scope) => {
    const found: Annotations[] = []
    while ((blocks[0]?.lastRow ?? row) < row) {
      const block = blocks.shift()
      if (block) found.push(readBlock(block, scope))
    }
    return found
  }
}

function collectBlocks(comments: readonly Comment[]): Block[] {
  const blocks: Block[] = []
  let open: { first: Comment; lines: string[] } | undefined
  const close = (): void => {
    if (!open) return
    const lastRow = open.first.row + open.lines.length
    blocks.push({ lastRow, first: open.first, yaml: open.lines.join('\n') })
    open = undefined
  }
  for (const comment of comments) {
    const follows = open && comment.row === open.first.row + open.lines.length + 1
    if (open && follows && comment.column === open.first.column) open.lines.push(comment.text)
    else {
      close()
      if (comment.text.trim() === 'METADATA') open = { first: comment, lines: [] }
    }
  }
  close()
  return blocks
}

function readBlock({ yaml, first }: Block, scope: string): Annotations {
  const location = { file: '', row: first.row, column: first.column }
  try {
    const fields = fromJson(parse(yaml))
    if (!(fields instanceof RegoObject))
      throw failAt(location, 'expected METADATA block, found whitespace')
    const own = fields.get('scope')
    // An entrypoint is a document, whichever of its rules says so.
    const usual = fields.get('entrypoint') === true ? 'document' : scope
    const effective = typeof own === 'string' ? own : usual
    const value = normalize(fields, effective)
    return { scope: effective, value }
  } catch (error) {
    if (error instanceof RegoError) throw error
    throw failAt(location, `annotations are not YAML: ${String(error)}`)
  }
}

function normalize(fields: RegoObject, scope: string): RegoObject {
  const entries = Array.from(fields.entries(), ([key, value]): [Value, Value] => {
    if (key === 'authors' && Array.isArray(value)) return [key, value.map(readAuthor)]
    if (key === 'related_resources' && Array.isArray(value)) return [key, value.map(readResource)]
    return [key, value]
  })
  return RegoObject.from([...entries, ['scope', scope]])
}

/** `Name <email>`, either part optional. */
function readAuthor(author: unknown): RegoObject {
  if (author instanceof RegoObject) return author
  const [, name = '', email = ''] = /^(.*?)\s*(?:<([^>]*)>)?$/.exec(String(author).trim()) ?? []
  return RegoObject.record({ ...(name && { name }), ...(email && { email }) })
}

function readResource(resource: unknown): RegoObject {
  return resource instanceof RegoObject ? resource : RegoObject.record({ ref: String(resource) })
}
