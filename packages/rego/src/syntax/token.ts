import type { Location } from '../errors.ts'

export type TokenKind = 'name' | 'number' | 'string' | 'template' | 'symbol' | 'end'

export type Token = {
  readonly kind: TokenKind
  /** The name or symbol, the digits, or the content of the string. */
  readonly text: string
  /** Of a template: its text and, as tokens, its expressions. */
  readonly parts: readonly (string | readonly Token[])[]
  readonly location: Location
  readonly offset: number
  /** What separates it from the token before. */
  readonly gap: 'none' | 'space' | 'line'
}

export type Comment = { readonly row: number; readonly column: number; readonly text: string }

export type Tokens = { readonly tokens: readonly Token[]; readonly comments: readonly Comment[] }

export const symbols: readonly string[] = [
  ':=', '==', '!=', '<=', '>=', '{', '}', '[', ']', '(', ')', '.', ',', ';', ':',
  '=', '<', '>', '+', '-', '*', '/', '%', '&', '|',
] // prettier-ignore
