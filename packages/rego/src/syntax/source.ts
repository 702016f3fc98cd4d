import { RegoError } from '../errors.ts'
import type { Location } from '../errors.ts'
import type { Comment } from './token.ts'

export type Lexer = {
  readonly text: string
  readonly file: string
  readonly lineStarts: readonly number[]
  readonly comments: Comment[]
  at: number
  depth: number
}

export function locate(lexer: Lexer, offset: number): Location {
  let low = 0
  let high = lexer.lineStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((lexer.lineStarts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return { file: lexer.file, row: low + 1, column: offset - (lexer.lineStarts[low] ?? 0) + 1 }
}

export function fail(lexer: Lexer, reason: string, offset: number = lexer.at): RegoError {
  return new RegoError('rego_parse_error', reason, { location: locate(lexer, offset) })
}
