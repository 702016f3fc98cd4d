import { annotationsBefore } from './annotations.ts'
import type { Body, Import, Module, Rule, Version } from './ast.ts'
import { variable } from './ast.ts'
import type { Term } from './ast.ts'
import { tokenize } from './lexer.ts'
import { continueExpression, parseExpression } from './parse-expression.ts'
import { parseBody, parseLiteral } from './parse-literal.ts'
import { parseRules } from './parse-rule.ts'
import { finish, parseTerm } from './parse-term.ts'
import { acceptKeyword, acceptSymbol, failAt, futureKeywords, keywordAt, keywordsOf, next, peek, unexpected } from './parser.ts' // prettier-ignore
import type { Parser } from './parser.ts'
import type { Tokens } from './token.ts'

export type Source = { readonly file: string; readonly text: string; readonly version: Version }

/** @throws RegoError `rego_parse_error`, and nothing else, whatever the text. */
export function parseModule(source: Source): Module {
  const tokens = tokenize(source.text, source.file)
  const parser = createParser(tokens, source.version)
  const meta = annotationsBefore(tokens.comments)
  const start = peek(parser).location.row
  const packagePath = parsePackage(parser)
  const packageAnnotations = meta(start, 'package')
  const imports: Import[] = []
  const rules: Rule[] = []
  while (peek(parser).kind !== 'end') {
    const { row } = peek(parser).location
    if (acceptKeyword(parser, 'import')) imports.push(...parseImport(parser))
    else rules.push(...parseRules(parser, meta(row, 'rule')))
    endStatement(parser)
  }
  const { version } = parser
  return { file: source.file, version, package: packagePath, packageAnnotations, imports, rules }
}

/** A query is a body without braces. */
export function parseQuery(source: Source): Body {
  return parseBody(createParser(tokenize(source.text, source.file), source.version), '')
}

function createParser({ tokens }: Tokens, version: Version): Parser {
  return {
    tokens,
    at: 0,
    version,
    keywords: keywordsOf[version],
    wildcards: { count: 0 },
    effort: { depth: 0, steps: 0 },
    grammar: {
      expression: parseExpression,
      continueExpression,
      term: parseTerm,
      literal: parseLiteral,
      body: parseBody,
    },
  }
}

function endStatement(parser: Parser): void {
  while (acceptSymbol(parser, ';'));
  const token = peek(parser)
  if (token.kind === 'end' || token.gap === 'line' || parser.tokens[parser.at - 1]?.text === ';')
    return
  throw unexpected(parser)
}

function parsePackage(parser: Parser): readonly string[] {
  if (!acceptKeyword(parser, 'package')) {
    throw failAt(peek(parser).location, 'package expected')
  }
  const path = parsePath(parser)
  endStatement(parser)
  return path
}

/** Names joined by dots or, for other texts, in brackets. */
function parsePath(parser: Parser): string[] {
  const token = next(parser)
  if (token.kind !== 'name') {
    parser.at -= 1
    throw unexpected(parser, 'expected path')
  }
  const term = finish(parser, variable(token.text, token.location))
  const keys: readonly Term[] = term.kind === 'ref' ? term.path : []
  if (term.kind !== 'var' && term.kind !== 'ref') throw failAt(token.location, 'expected path')
  return [token.text, ...keys.map(textOf)]
}

function textOf(key: Term): string {
  if (key.kind === 'constant' && typeof key.value === 'string') return key.value
  throw failAt(key.location, 'path must consist of strings')
}

function parseImport(parser: Parser): Import[] {
  const { location } = peek(parser)
  const path = parsePath(parser)
  const alias = acceptKeyword(parser, 'as') ? parseAlias(parser) : undefined
  if (path[0] === 'future' && path[1] === 'keywords') return futureImport(parser, path)
  if (path[0] === 'rego') return regoImport(parser, path)
  if (path[0] !== 'data' && path[0] !== 'input') {
    throw failAt(
      location,
      `unexpected import path, must begin with one of: {data, future, input, rego}, got: ${path[0]}`,
    )
  }
  return [{ path, alias: alias ?? path.at(-1) ?? '', isNamed: alias !== undefined, location }]
}

function parseAlias(parser: Parser): string {
  const token = next(parser)
  if (token.kind !== 'name' || keywordAt({ ...parser, at: parser.at - 1 })) {
    parser.at -= 1
    throw unexpected(parser, 'expected var')
  }
  return token.text
}

function regoImport(parser: Parser, path: readonly string[]): Import[] {
  if (path.join('.') !== 'rego.v1') {
    throw failAt(peek(parser).location, `invalid import \`${path.join('.')}\`, must be \`rego.v1\``)
  }
  parser.version = 'v1'
  parser.keywords = keywordsOf.v1
  return []
}

function futureImport(parser: Parser, path: readonly string[]): Import[] {
  const [, , word] = path
  if (word !== undefined && !futureKeywords.includes(word)) {
    throw failAt(
      peek(parser).location,
      `unexpected keyword, must be one of [${futureKeywords.join(' ')}]`,
    )
  }
  parser.keywords = new Set([...parser.keywords, ...(word ? [word] : futureKeywords)])
  return []
}
