import type { Location } from '../errors.ts'
import { constant, variable } from './ast.ts'
import type { Annotations, Body, ElseBranch, Rule, RuleHead, Term } from './ast.ts'
import { parseExpression } from './parse-expression.ts'
import { parseBody, parseLiteral } from './parse-literal.ts'
import { finish } from './parse-term.ts'
import {
  acceptKeyword,
  acceptSymbol,
  atKeyword,
  atSymbol,
  attempt,
  failAt,
  isSymbol,
  next,
  peek,
  unexpected,
} from './parser.ts'
import type { Parser } from './parser.ts'

/** One rule; in the old syntax, a rule for each of the bodies that follow the head. */
export function parseRules(parser: Parser, annotations: readonly Annotations[]): Rule[] {
  const { location } = peek(parser)
  const isDefault = acceptKeyword(parser, 'default')
  const head = parseHead(parser)
  const body = parseRuleBody(parser, head)
  const otherwise = parseElse(parser, head)
  checkShape(parser, { head, body, isDefault })
  const rule = { head: head.head, isDefault, annotations, location }
  const rules: Rule[] = [{ ...rule, body: body ?? [], otherwise }]
  if (parser.version === 'v1' || !body) return rules
  while (atSymbol(parser, '{')) {
    const { location: start } = peek(parser)
    rules.push({ ...rule, body: parseBlock(parser), otherwise: [], location: start })
  }
  return rules
}

type ParsedHead = { readonly head: RuleHead; readonly hasValue: boolean; readonly bracket: boolean }

type HeadStart = Omit<RuleHead, 'member' | 'value' | 'assign'>

function parseHead(parser: Parser): ParsedHead {
  const { location } = peek(parser)
  const subject = parseSubject(parser)
  if (subject.kind === 'call') {
    const ref = refOf(subject.operator ?? subject)
    return valueOf(parser, { ref, args: subject.args, location }, false)
  }
  const head = { ref: refOf(subject), args: undefined, location }
  if (acceptKeyword(parser, 'contains')) return setOf(head, parseExpression(parser, true))
  return valueOf(parser, head, subject.kind === 'ref')
}

function valueOf(parser: Parser, head: HeadStart, bracket: boolean): ParsedHead {
  const assign = atSymbol(parser, ':=')
  const value = parseValue(parser)
  const [name, key, ...more] = head.ref
  const mayBeSet = parser.version === 'v0' && bracket && !value && more.length === 0
  if (mayBeSet && name && key && !atKeyword(parser, 'if'))
    return setOf({ ...head, ref: [name] }, key)
  const complete = {
    ...head,
    member: undefined,
    value: value ?? constant(true, head.location),
    assign,
  }
  return { head: complete, hasValue: value !== undefined, bracket }
}

function parseSubject(parser: Parser): Term {
  const token = peek(parser)
  if (token.kind !== 'name') throw unexpected(parser, 'expected rule head')
  next(parser)
  return finish(parser, variable(token.text, token.location))
}

/** `p contains x`, or `p[x] { … }` of the old syntax. */
function setOf(head: HeadStart, member: Term): ParsedHead {
  const value = constant(true, head.location)
  return { head: { ...head, member, value, assign: false }, hasValue: false, bracket: false }
}

function refOf(subject: Term): readonly Term[] {
  if (subject.kind === 'var') return [subject]
  if (subject.kind === 'ref' && subject.head.kind === 'var') return [subject.head, ...subject.path]
  throw failAt(subject.location, 'rule head must be a name or a reference')
}

function parseValue(parser: Parser): Term | undefined {
  if (!acceptSymbol(parser, ':=') && !acceptSymbol(parser, '=')) return undefined
  return parseExpression(parser, true)
}

function parseRuleBody(parser: Parser, { head }: ParsedHead): Body | undefined {
  if (acceptKeyword(parser, 'if')) return parseIfBody(parser)
  if (!atSymbol(parser, '{')) return undefined
  if (parser.version === 'v1') {
    throw failAt(head.location, '`if` keyword is required before rule body')
  }
  return parseBlock(parser)
}

function parseIfBody(parser: Parser): Body {
  // Braces hold the body; where that cannot be, they are an object, a set or a comprehension.
  const { at } = parser
  const term = (): Body => [parseLiteral(parser)]
  if (!atSymbol(parser, '{')) return term()
  if (isSymbol(peek(parser, 1), '}')) return parseBlock(parser)
  const block = attempt(parser, () => parseBlock(parser))
  if (block) return block
  const single = attempt(parser, term)
  if (single) return single
  parser.at = at
  return parseBlock(parser)
}

function parseBlock(parser: Parser): Body {
  next(parser)
  return parseBody(parser, '}')
}

function parseElse(parser: Parser, { head }: ParsedHead): ElseBranch[] {
  const branches: ElseBranch[] = []
  while (atKeyword(parser, 'else')) {
    if (head.member) throw failAt(head.location, 'else keyword cannot be used on partial rules')
    branches.push(parseBranch(parser))
  }
  return branches
}

function parseBranch(parser: Parser): ElseBranch {
  const { location } = next(parser)
  const assign = atSymbol(parser, ':=')
  const value = parseValue(parser)
  const body = parseBranchBody(parser, location)
  if (!value && !body) throw unexpected(parser, 'expected else value term or rule body')
  return { value: value ?? constant(true, location), assign, body: body ?? [], location }
}

function parseBranchBody(parser: Parser, location: Location): Body | undefined {
  if (acceptKeyword(parser, 'if')) return parseIfBody(parser)
  if (!atSymbol(parser, '{')) return undefined
  if (parser.version === 'v1') throw failAt(location, '`if` keyword is required before rule body')
  return parseBlock(parser)
}

type Shape = {
  readonly head: ParsedHead
  readonly body: Body | undefined
  readonly isDefault: boolean
}

function checkShape(parser: Parser, { head, body, isDefault }: Shape): void {
  const { location, ref, member, args } = head.head
  if (isDefault) return checkDefault(head, body)
  if (body || head.hasValue || member || args) return
  const name = ref[0]?.kind === 'var' ? ref[0].name : ''
  if (head.bracket && parser.version === 'v1') {
    throw failAt(location, '`contains` keyword is required for partial set rules')
  }
  throw failAt(location, `rule ${name} must have value assignment and/or body declaration`)
}

function checkDefault({ head, hasValue }: ParsedHead, body: Body | undefined): void {
  if (body) throw failAt(head.location, 'default rules must not have a body')
  if (!hasValue) throw failAt(head.location, 'default rules must have a value')
  if (!isGround(head.value))
    throw failAt(head.location, 'illegal default rule (value cannot contain var, ref or call)')
  if (head.args?.some((arg) => arg.kind !== 'var')) {
    throw failAt(head.location, 'illegal default rule (arguments must be variables)')
  }
}

/** Constants, collections of them, and comprehensions, whose variables are their own. */
function isGround(term: Term): boolean {
  switch (term.kind) {
    case 'constant':
    case 'comprehension':
      return true
    case 'array':
    case 'set':
      return term.items.every(isGround)
    case 'object':
      return term.entries.every(([key, value]) => isGround(key) && isGround(value))
    default:
      return false
  }
}
