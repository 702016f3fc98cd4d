import type { ContractProblem } from './contract-problem.ts'
import { nearest } from './nearest.ts'
import type { ParsedText, Tree, TreeMap } from './tree.ts'

/** Where a contract's readers leave what they find wrong; they go on with a default, so that all of it is found. */
export interface Reading {
  readonly problems: ContractProblem[]
  readonly warnings: ContractProblem[]
  readonly problemAt: ParsedText['problemAt']
}

/** The known members of an object by their camelCase names; those with `null` count as absent. */
export type Fields<K extends string> = Partial<Record<K, Tree>> & { readonly '@': Tree }

export function refuse(reading: Reading, place: Pick<Tree, 'path' | 'at'>, message: string): void {
  reading.problems.push(reading.problemAt(place, message))
}

/** Warns of keys that nobody reads, and names the one that was probably meant. */
export function fieldsOf<K extends string>(
  reading: Reading,
  tree: Tree,
  names: readonly K[],
): Fields<K> {
  const fields: Partial<Record<K, Tree>> = {}
  for (const [key, { keyAt, tree: member }] of mapOf(reading, tree)) {
    const name = names.find((known) => known === key || snakeCase(known) === key)
    if (name === undefined) warnOfUnknown(reading, { path: member.path, at: keyAt }, { key, names })
    else if (fields[name]) refuse(reading, { path: member.path, at: keyAt }, 'is given twice')
    else if (member.value !== null) fields[name] = member
  }
  return { ...fields, '@': tree }
}

function warnOfUnknown(
  reading: Reading,
  place: Pick<Tree, 'path' | 'at'>,
  { key, names }: { readonly key: string; readonly names: readonly string[] },
): void {
  const meant = nearest(key, names)
  const hint = meant === undefined ? '' : `, did you mean ${JSON.stringify(meant)}?`
  reading.warnings.push(reading.problemAt(place, `unknown key ${shown(key)}${hint}`))
}

function mapOf(reading: Reading, tree: Tree): TreeMap {
  if (tree.value instanceof Map) return tree.value
  if (tree.value !== null) refuse(reading, tree, `must be an object, not ${described(tree)}`)
  return new Map()
}

export function itemsOf(reading: Reading, tree: Tree | undefined): readonly Tree[] {
  if (!tree) return []
  if (Array.isArray(tree.value)) return tree.value
  refuse(reading, tree, `must be a list, not ${described(tree)}`)
  return []
}

/** An absent text is an empty one. */
export function textOf(reading: Reading, tree: Tree | undefined): string {
  if (!tree) return ''
  if (typeof tree.value === 'string') return tree.value
  const hint = isScalar(tree) ? `, write it in quotes` : ''
  refuse(reading, tree, `must be a text, not ${described(tree)}${hint}`)
  return ''
}

export interface TextRule {
  readonly pattern: RegExp
  /** What the pattern asks for, in words. */
  readonly rule: string
}

/** A text that must be there and match; `owner` is where its absence is reported. */
export function requiredText(
  reading: Reading,
  tree: Tree | undefined,
  { pattern, rule, owner }: TextRule & { readonly owner: Tree & { readonly member: string } },
): string {
  if (!tree) {
    const path = owner.path === '' ? owner.member : `${owner.path}.${owner.member}`
    refuse(reading, { path, at: owner.at }, 'is required')
    return ''
  }
  return matchingText(reading, tree, { pattern, rule })
}

export function matchingText(reading: Reading, tree: Tree, { pattern, rule }: TextRule): string {
  const found = reading.problems.length
  const text = textOf(reading, tree)
  if (reading.problems.length === found && !pattern.test(text)) {
    refuse(reading, tree, `${shown(text)} is not valid: ${rule}`)
  }
  return text
}

export function flagOf(reading: Reading, tree: Tree | undefined): boolean | undefined {
  if (!tree) return undefined
  if (typeof tree.value === 'boolean') return tree.value
  refuse(reading, tree, `must be true or false, not ${described(tree)}`)
  return undefined
}

export function textMapOf(reading: Reading, tree: Tree | undefined): Record<string, string> {
  if (!tree) return {}
  const entries = [...mapOf(reading, tree)].map(([key, { tree: member }]): [string, string] => [
    key,
    textOf(reading, member),
  ])
  return Object.fromEntries(entries)
}

/** An enum value by name or by number, as Protobuf's JSON has it. */
export function enumOf<T extends string>(
  reading: Reading,
  tree: Tree,
  { numbers, what }: { readonly numbers: Readonly<Record<T, number>>; readonly what: string },
): T | undefined {
  const names = Object.keys(numbers).filter((name): name is T => Object.hasOwn(numbers, name))
  const found = names.find((name) => name === tree.value || numbers[name] === tree.value)
  if (found !== undefined) return found
  const meant = typeof tree.value === 'string' ? nearest(tree.value, names) : undefined
  const hint = meant === undefined ? '' : `, did you mean ${meant}?`
  refuse(reading, tree, `${described(tree)} is not a known ${what}${hint}`)
  return undefined
}

function isScalar({ value }: Tree): boolean {
  return typeof value === 'number' || typeof value === 'boolean'
}

export function described({ value }: Tree): string {
  if (value instanceof Map) return 'an object'
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return shown(value)
  }
  return value === null ? 'nothing' : 'a list'
}

/** As much of a value as fits into a message. */
function shown(value: string | number | boolean): string {
  const text = typeof value === 'string' && value.length > 100 ? `${value.slice(0, 100)}…` : value
  return JSON.stringify(text)
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
