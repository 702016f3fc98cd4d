import { decodeUtf8, InvalidJson } from '../json/parse-json.ts'
import { parseText } from './tree.ts'
import type { Tree } from './tree.ts'

/** What a document says it is; empty where it does not say. */
export interface DocumentOutline {
  readonly kind: string
  readonly name: string
}

/** Looks no further than the head, and judges nothing. */
export function outlineOf(bytes: Uint8Array): DocumentOutline {
  const tree = treeOf(bytes)
  return { kind: textAt(tree, 'kind'), name: textAt(memberOf(tree, 'metadata'), 'name') }
}

function treeOf(bytes: Uint8Array): Tree | undefined {
  try {
    return parseText(decodeUtf8(bytes)).tree
  } catch (cause) {
    if (cause instanceof InvalidJson) return undefined
    throw cause
  }
}

function textAt(tree: Tree | undefined, key: string): string {
  const { value } = memberOf(tree, key) ?? {}
  return typeof value === 'string' ? value : ''
}

function memberOf(tree: Tree | undefined, key: string): Tree | undefined {
  return tree?.value instanceof Map ? tree.value.get(key)?.tree : undefined
}
