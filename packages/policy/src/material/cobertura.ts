import { fromJson } from '@chainloop/rego/values/json'

import type { MaterialReader } from './read-material.ts'
import { childrenOf, readXmlTree, type XmlNode } from './xml-tree.ts'

/** The report by the names of its attributes; a rate of nothing is null. */
export const readCobertura: MaterialReader = async (evidence) => {
  const report = await readXmlTree('COBERTURA_XML', evidence, { keep: () => true })
  return fromJson({
    ...numbers(report),
    sources: below(report, 'sources', 'source').map(({ text }) => text.trim()),
    packages: below(report, 'packages', 'package').map((one) => ({
      ...numbers(one),
      classes: below(one, 'classes', 'class').map((type) => ({
        ...numbers(type),
        methods: below(type, 'methods', 'method').map((method) => ({
          ...numbers(method),
          lines: below(method, 'lines', 'line').map(numbers),
        })),
        lines: below(type, 'lines', 'line').map(numbers),
      })),
    })),
  })
}

function below(node: XmlNode, list: string, item: string): XmlNode[] {
  return childrenOf(node, list).flatMap((found) => childrenOf(found, item))
}

const NUMERIC =
  /^(?:line-rate|branch-rate|complexity|lines-covered|lines-valid|branches-covered|branches-valid|timestamp|number|hits)$/

function numbers({ attributes }: XmlNode): Record<string, string | number | boolean | null> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, text]) => {
      if (name === 'branch') return [name, text === 'true']
      if (!NUMERIC.test(name)) return [name, text]
      const number = Number(text)
      return [name, Number.isFinite(number) ? number : null]
    }),
  )
}
