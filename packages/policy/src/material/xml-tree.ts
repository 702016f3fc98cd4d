import { InvalidMaterial } from '@chainloop/attestation/materials/crafter'
import type { Evidence } from '@chainloop/attestation/materials/evidence'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import { readXmlEvents } from '@chainloop/attestation/materials/xml'

/** An element of XML with all that is in it. */
export interface XmlNode {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlNode[]
  readonly text: string
}

interface OpenNode extends XmlNode {
  readonly children: OpenNode[]
  text: string
}

const MAX_NODES = 2_000_000
/** In characters, of all texts together. */
const MAX_TEXT = 64 * 1024 * 1024

export interface TreeOptions {
  /** Elements that nobody asks for are not kept. */
  readonly keep: (name: string, depth: number) => boolean
}

/** The document with the elements that are asked for. Throws `InvalidMaterial`. */
export async function readXmlTree(
  kind: MaterialKind,
  evidence: Evidence,
  { keep }: TreeOptions,
): Promise<XmlNode> {
  const top: OpenNode = { name: '', attributes: {}, children: [], text: '' }
  const open: (OpenNode | undefined)[] = [top]
  let [nodes, text] = [0, 0]
  await readXmlEvents(kind, evidence, {
    open({ name, attributes, path }) {
      const parent = open.at(-1)
      const node: OpenNode = { name, attributes, children: [], text: '' }
      const isKept = parent !== undefined && keep(name, path.length)
      if (isKept) parent.children.push(node)
      open.push(isKept ? node : undefined)
      nodes += 1
      if (nodes > MAX_NODES) throw new InvalidMaterial(kind, `more than ${MAX_NODES} elements`)
    },
    text(more) {
      const node = open.at(-1)
      if (node) node.text += more
      text += more.length
      if (text > MAX_TEXT) throw new InvalidMaterial(kind, `more than ${MAX_TEXT} characters`)
    },
    close: () => void open.pop(),
  })
  return top.children[0] ?? top
}

export function childrenOf({ children }: XmlNode, ...names: readonly string[]): XmlNode[] {
  return children.filter(({ name }) => names.includes(name))
}
