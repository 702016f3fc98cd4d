import { dig, indexValue } from '../evaluate/access.ts'
import type { Meter } from '../evaluate/budget.ts'
import { compare, equals } from '../values/compare.ts'
import { formatValue } from '../values/format.ts'
import { parseNumber } from '../values/number.ts'
import { RegoObject } from '../values/object.ts'
import type { Value } from '../values/value.ts'
import { elements, fail } from './operands.ts'
import { own } from './own.ts'
import { sprintf } from './sprintf.ts'

/** The part of Go's text/template that works on data alone. */
type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly pipe: string }
  | {
      readonly kind: 'block'
      readonly word: string
      readonly pipe: string
      readonly body: Node[]
      readonly otherwise: Node[]
    }

type Scope = {
  readonly dot: Value | undefined
  readonly vars: ReadonlyMap<string, Value | undefined>
  readonly meter: Meter
}

export function renderTemplate(text: string, data: RegoObject, meter: Meter): string {
  const tokens = tokenize(text)
  const nodes = parseNodes(tokens, 0)
  if (tokens.length > 0) throw fail('template: unexpected {{end}}')
  return renderAll(nodes, { dot: data, vars: new Map([['$', data]]), meter })
}

type TemplateToken = { readonly action: boolean; readonly text: string }

function tokenize(text: string): TemplateToken[] {
  const tokens: TemplateToken[] = []
  let rest = text
  for (let open = rest.indexOf('{{'); open >= 0; open = rest.indexOf('{{')) {
    const close = rest.indexOf('}}', open)
    if (close < 0) throw fail('template: unclosed action')
    let action = rest.slice(open + 2, close)
    let before = rest.slice(0, open)
    rest = rest.slice(close + 2)
    if (/^-\s/.test(action)) [before, action] = [before.trimEnd(), action.slice(1)]
    if (/\s-$/.test(action)) [rest, action] = [rest.trimStart(), action.slice(0, -1)]
    tokens.push({ action: false, text: before }, { action: true, text: action.trim() })
  }
  return [...tokens, { action: false, text: rest }]
}

const blockWords = /^(if|range|with)\s+([\s\S]+)$/

function parseNodes(tokens: TemplateToken[], depth: number): Node[] {
  if (depth > 100) throw fail('template: exceeded maximum depth')
  const nodes: Node[] = []
  for (let token = tokens[0]; token; token = tokens[0]) {
    if (token.action && /^(end|else\b.*)$/.test(token.text)) return nodes
    tokens.shift()
    if (!token.action) nodes.push({ kind: 'text', text: token.text })
    else if (!token.text.startsWith('/*')) nodes.push(parseAction(token.text, tokens, depth))
  }
  if (depth > 0) throw fail('template: unexpected EOF')
  return nodes
}

function parseAction(text: string, tokens: TemplateToken[], depth: number): Node {
  const [, word, pipe = ''] = blockWords.exec(text) ?? []
  if (!word) return { kind: 'output', pipe: text }
  const body = parseNodes(tokens, depth + 1)
  const next = tokens.shift()?.text ?? ''
  if (next === 'end') return { kind: 'block', word, pipe, body, otherwise: [] }
  const nested = next.slice('else'.length).trim()
  if (nested)
    return { kind: 'block', word, pipe, body, otherwise: [parseAction(nested, tokens, depth + 1)] }
  const otherwise = parseNodes(tokens, depth + 1)
  tokens.shift()
  return { kind: 'block', word, pipe, body, otherwise }
}

function renderAll(nodes: readonly Node[], scope: Scope): string {
  let current = scope
  let output = ''
  for (const node of nodes) {
    scope.meter.tick()
    if (node.kind === 'text') output += node.text
    else if (node.kind === 'block') output += renderBlock(node, current)
    else {
      const { name, pipe } = readAssignment(node.pipe)
      const value = evaluate(pipe, current)
      if (name) current = { ...current, vars: new Map([...current.vars, [name, value]]) }
      else output += show(value)
    }
    scope.meter.allocate(2)
  }
  return output
}

function readAssignment(text: string): {
  name: string | undefined
  second: string | undefined
  pipe: string
} {
  const [, name, second, pipe] = /^(\$\w+)(?:\s*,\s*(\$\w+))?\s*:?=\s*([\s\S]+)$/.exec(text) ?? []
  return { name, second, pipe: pipe ?? text }
}

function show(value: Value | undefined): string {
  if (value === undefined) return '<undefined>'
  return typeof value === 'string' ? value : formatValue(value)
}

function renderBlock(node: Extract<Node, { kind: 'block' }>, scope: Scope): string {
  const { name, second, pipe } = readAssignment(node.pipe)
  const value = evaluate(pipe, scope)
  if (node.word === 'range') return renderRange(node, { value, names: [name, second] }, scope)
  if (!isTrue(value)) return renderAll(node.otherwise, scope)
  const vars = name ? new Map([...scope.vars, [name, value]]) : scope.vars
  return renderAll(node.body, { ...scope, vars, dot: node.word === 'with' ? value : scope.dot })
}

type Range = { readonly value: Value | undefined; readonly names: readonly (string | undefined)[] }

function renderRange(
  node: Extract<Node, { kind: 'block' }>,
  { value, names }: Range,
  scope: Scope,
): string {
  const entries: [Value, Value][] =
    value instanceof RegoObject ? [...value.entries()] : elements(value).map((item, i) => [i, item])
  if (entries.length === 0) return renderAll(node.otherwise, scope)
  const [first, second] = names
  return entries
    .map(([key, item]) => {
      const vars = new Map(scope.vars)
      if (first) vars.set(first, second ? key : item)
      if (second) vars.set(second, item)
      return renderAll(node.body, { ...scope, vars, dot: item })
    })
    .join('')
}

function isTrue(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '')
    return false
  if (value instanceof RegoObject) return value.size > 0
  return !Array.isArray(value) || value.length > 0
}

const word = /\(|\)|\||"(?:[^"\\]|\\.)*"|`[^`]*`|[^\s()|]+/g

/** `function argument … | function …` */
function evaluate(pipe: string, scope: Scope): Value | undefined {
  const words = pipe.match(word) ?? []
  const value = evaluatePipe([...words], scope)
  return value
}

function evaluatePipe(words: string[], scope: Scope): Value | undefined {
  let value: Value | undefined
  let piped = false
  for (;;) {
    const command = takeCommand(words, scope)
    value = runCommand(piped ? [...command, { value }] : command)
    if (words[0] !== '|') return value
    words.shift()
    piped = true
  }
}

type Operand = { readonly value: Value | undefined; readonly name?: string }

function takeCommand(words: string[], scope: Scope): Operand[] {
  const operands: Operand[] = []
  for (let next = words[0]; next !== undefined && next !== '|' && next !== ')'; next = words[0]) {
    words.shift()
    if (next === '(') {
      operands.push({ value: evaluatePipe(words, scope) })
      if (words.shift() !== ')') throw fail('template: unclosed left paren')
    } else operands.push(readOperand(next, scope))
  }
  return operands
}

const words: ReadonlyMap<string, Value> = new Map([['true', true], ['false', false], ['nil', null]]) // prettier-ignore

function readOperand(text: string, scope: Scope): Operand {
  const literal = readLiteral(text)
  if (literal !== undefined) return { value: literal }
  if (!text.startsWith('.') && !text.startsWith('$')) return { value: undefined, name: text }
  const [root = '', ...path] = text.split('.')
  const start = root === '' ? scope.dot : variableOf(root, scope)
  return {
    value: dig(
      start,
      path.filter((key) => key !== ''),
    ),
  }
}

function readLiteral(text: string): Value | undefined {
  if (text.startsWith('"')) return String(JSON.parse(text))
  if (text.startsWith('`')) return text.slice(1, -1)
  return words.has(text) ? words.get(text) : parseNumber(text)
}

function variableOf(name: string, { vars }: Scope): Value | undefined {
  if (!vars.has(name)) throw fail(`template: undefined variable "${name}"`)
  return vars.get(name)
}

function runCommand(operands: readonly Operand[]): Value | undefined {
  const [first, ...rest] = operands
  if (!first) throw fail('template: missing value for command')
  if (first.name === undefined) return first.value
  const run = own(functions, first.name)
  if (!run) throw fail(`template: function "${first.name}" not defined`)
  return run(rest.map(({ value }) => value ?? null))
}

const functions: Readonly<Record<string, (args: readonly Value[]) => Value | undefined>> = {
  and: (args) => args.find((arg) => !isTrue(arg)) ?? args.at(-1),
  or: (args) => args.find(isTrue) ?? args.at(-1),
  not: ([arg]) => !isTrue(arg),
  len: ([arg]) =>
    arg instanceof RegoObject
      ? arg.size
      : typeof arg === 'string'
        ? arg.length
        : elements(arg).length,
  index: ([from, ...keys]) =>
    keys.reduce(
      (at: Value | undefined, key) => (at === undefined ? undefined : indexValue(at, key)),
      from,
    ),
  eq: ([a, ...others]) => others.some((b) => equals(a ?? null, b)),
  ne: ([a, b]) => !equals(a ?? null, b ?? null),
  lt: ([a, b]) => compare(a ?? null, b ?? null) < 0,
  le: ([a, b]) => compare(a ?? null, b ?? null) <= 0,
  gt: ([a, b]) => compare(a ?? null, b ?? null) > 0,
  ge: ([a, b]) => compare(a ?? null, b ?? null) >= 0,
  print: (args) => args.map(show).join(' '),
  printf: ([format, ...args]) => sprintf(show(format), args),
  println: (args) => `${args.map(show).join(' ')}\n`,
}
