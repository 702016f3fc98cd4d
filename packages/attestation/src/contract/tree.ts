import { LineCounter, isAlias, isCollection, isMap, isScalar, isSeq, parseDocument } from 'yaml'
import type { Node, Pair } from 'yaml'

import type { JsonObject, JsonValue } from '../json/json-value.ts'
import { outOfBounds } from './bounds.ts'
import type { ContractProblem } from './contract-problem.ts'

/** A value of the document and where it stands. */
export interface Tree {
  readonly path: string
  /** Offset in the text. */
  readonly at: number
  readonly value: TreeValue
}

export type TreeValue = string | number | boolean | null | readonly Tree[] | TreeMap
export type TreeMap = ReadonlyMap<string, { readonly keyAt: number; readonly tree: Tree }>

export interface ParsedText {
  /** Absent when there are problems. */
  readonly tree: Tree | undefined
  readonly problems: readonly ContractProblem[]
  readonly problemAt: (place: Pick<Tree, 'path' | 'at'>, message: string) => ContractProblem
}

export interface TreeLimits {
  readonly maxDepth: number
  /** Aliases count for all that they stand for. */
  readonly maxNodes: number
}

const CONTRACT_LIMITS: TreeLimits = { maxDepth: 64, maxNodes: 50_000 }

/** Nobody reads more of them; noise has one at every character. */
const MAX_PROBLEMS = 100
/** Some repeat what they are about. */
const MAX_MESSAGE = 300

/** YAML 1.2, of which JSON is a part: one document, unique keys, bounded in depth and in what aliases expand to. */
export function parseText(text: string, limits: TreeLimits = CONTRACT_LIMITS): ParsedText {
  const lineCounter = new LineCounter()
  const problemAt: ParsedText['problemAt'] = ({ path, at }, message) => {
    const { line, col } = lineCounter.linePos(at)
    return { path, line, column: col, message }
  }
  const failed = (problems: readonly ContractProblem[]): ParsedText => ({
    tree: undefined,
    problems,
    problemAt,
  })
  const bound = outOfBounds(text)
  if (bound !== undefined) {
    const message = bound === 'depth' ? tooDeep(limits) : tooMany(limits)
    return failed([problemAt({ path: '', at: 0 }, message)])
  }
  try {
    const document = parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      // The library compares each key with each other one: too slow for many of them.
      uniqueKeys: false,
    })
    if (document.errors.length > 0) {
      return failed(
        document.errors
          .slice(0, MAX_PROBLEMS)
          .map(({ pos, message }) =>
            problemAt({ path: '', at: pos[0] }, message.slice(0, MAX_MESSAGE)),
          ),
      )
    }
    const tree = toTree({ anchors: new Map(), nodes: 0, limits }, document.contents, {
      path: '',
      at: 0,
      depth: 0,
    })
    return { tree, problems: [], problemAt }
  } catch (cause) {
    if (cause instanceof Unreadable) return failed([problemAt(cause, cause.message)])
    // The parser recurses; what exhausts its stack is deeper than anything we accept.
    if (cause instanceof RangeError)
      return failed([problemAt({ path: '', at: 0 }, tooDeep(limits))])
    throw cause
  }
}

function tooMany({ maxNodes }: TreeLimits): string {
  return `more than ${maxNodes} values`
}

function tooDeep({ maxDepth }: TreeLimits): string {
  return `nested deeper than ${maxDepth} levels`
}

class Unreadable extends Error {
  override readonly name = 'Unreadable'
  readonly path: string
  readonly at: number

  constructor({ path, at }: Pick<Tree, 'path' | 'at'>, message: string) {
    super(message)
    this.path = path
    this.at = at
  }
}

interface Conversion {
  /** The latest node of each name, in the order of the text. */
  readonly anchors: Map<string, unknown>
  readonly limits: TreeLimits
  nodes: number
}

interface Position {
  readonly path: string
  readonly at: number
  readonly depth: number
}

function toTree(conversion: Conversion, node: unknown, outer: Position): Tree {
  const position = { ...outer, at: startOf(node) ?? outer.at }
  conversion.nodes += 1
  if ((isScalar(node) || isCollection(node)) && node.anchor)
    conversion.anchors.set(node.anchor, node)
  if (conversion.nodes > conversion.limits.maxNodes)
    throw new Unreadable(position, tooMany(conversion.limits))
  if (position.depth > conversion.limits.maxDepth)
    throw new Unreadable(position, tooDeep(conversion.limits))
  return { path: position.path, at: position.at, value: valueOf(conversion, node, position) }
}

function valueOf(conversion: Conversion, node: unknown, position: Position): TreeValue {
  if (isAlias(node)) {
    const target = conversion.anchors.get(node.source)
    if (!target) throw new Unreadable(position, `the alias *${node.source} stands for nothing`)
    return toTree(conversion, target, { ...position, depth: position.depth + 1 }).value
  }
  if (isMap(node)) return mapOf(conversion, node.items, position)
  if (isSeq(node))
    return node.items.map((item, index) =>
      itemOf(conversion, item, { ...position, path: `${position.path}[${index}]` }),
    )
  if (isScalar(node)) return scalarOf(node.value, position)
  return null
}

function itemOf(conversion: Conversion, item: unknown, position: Position): Tree {
  return toTree(conversion, item, { ...position, depth: position.depth + 1 })
}

function mapOf(conversion: Conversion, pairs: readonly Pair[], position: Position): TreeMap {
  const members = new Map<string, { readonly keyAt: number; readonly tree: Tree }>()
  for (const pair of pairs) {
    const key = keyOf(pair, position)
    const keyAt = startOf(pair.key) ?? position.at
    const path = position.path === '' ? key : `${position.path}.${key}`
    if (members.has(key)) throw new Unreadable({ path, at: keyAt }, 'Map keys must be unique')
    const tree = toTree(conversion, pair.value, { path, at: keyAt, depth: position.depth + 1 })
    members.set(key, { keyAt, tree })
  }
  return members
}

function keyOf({ key }: Pair, position: Position): string {
  const place = { path: position.path, at: startOf(key) ?? position.at }
  if (!isScalar(key) || !['string', 'number', 'boolean'].includes(typeof key.value))
    throw new Unreadable(place, 'a key that is not a text')
  const name = `${key.value as string | number | boolean}`
  if (name.includes('\0')) throw new Unreadable(place, 'contains a NUL character')
  if (name === '__proto__' || name === '<<')
    throw new Unreadable(place, `the key ${JSON.stringify(name)} is refused`)
  return name
}

function scalarOf(value: unknown, position: Position): TreeValue {
  switch (typeof value) {
    case 'string':
      if (value.includes('\0')) throw new Unreadable(position, 'contains a NUL character')
      return value
    case 'boolean':
    case 'number':
      return value
    case 'bigint':
      return Number(value)
    default:
      if (value === null || value === undefined) return null
      throw new Unreadable(position, 'is of a type that contracts do not have')
  }
}

function startOf(node: unknown): number | undefined {
  return isNodeWithRange(node) ? node.range[0] : undefined
}

function isNodeWithRange(
  node: unknown,
): node is Node & { readonly range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
}

/** The value without its places. */
export function toJson({ value }: Tree): JsonValue {
  if (value instanceof Map) return toJsonObject(value)
  return Array.isArray(value) ? value.map(toJson) : (value as JsonValue)
}

export function toJsonObject(map: TreeMap): JsonObject {
  return Object.fromEntries([...map].map(([key, { tree }]) => [key, toJson(tree)]))
}
