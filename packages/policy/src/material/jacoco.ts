import { fromJson } from '@chainloop/rego/values/json'

import type { MaterialReader } from './read-material.ts'
import { childrenOf, readXmlTree } from './xml-tree.ts'

/** The counters of the whole report. */
export const readJacoco: MaterialReader = async (evidence) => {
  const keep = (name: string, depth: number): boolean =>
    depth === 1 || (depth === 2 && name === 'counter')
  const report = await readXmlTree('JACOCO_XML', evidence, { keep })
  const counters = childrenOf(report, 'counter').map(({ attributes }) => ({
    type: attributes['type'] ?? '',
    missed: Number(attributes['missed'] ?? 0),
    covered: Number(attributes['covered'] ?? 0),
  }))
  return fromJson({ counters })
}
