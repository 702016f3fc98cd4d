import { LineCounter, isMap, parseDocument } from 'yaml'

import { archiveFormat, readArchive } from './archive.ts'
import type { ArchiveEntry } from './archive.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Crafter } from './crafter.ts'
import { emptyFile } from './read-document.ts'

const MAX_YAML_BYTES = 5 * 1024 * 1024

/** A packaged chart; https://helm.sh/docs/topics/charts/: one folder with a Chart.yaml and a values.yaml. */
export const helmChart: Crafter = {
  async inspect(evidence, options) {
    if (evidence.size === 0) throw emptyFile('HELM_CHART', evidence)
    const refuse = (problem: string): never => {
      throw new InvalidMaterial('HELM_CHART', `${evidence.name} is not HELM_CHART: ${problem}`)
    }
    const format = await archiveFormat(evidence)
    if (format !== 'tar.gz') return refuse('it is not a .tgz archive')

    const found = new Map<string, string>()
    const visit = async ({ path, bytes }: ArchiveEntry): Promise<void> => {
      const file = fileOf(path)
      if (file === undefined) return
      if (found.has(file)) refuse(`it has more than one ${file}`)
      found.set(
        file,
        (await textOf(bytes)) ?? refuse(`${file} is larger than ${MAX_YAML_BYTES} bytes`),
      )
    }
    const wants = (path: string): boolean => fileOf(path) !== undefined
    await readArchive('HELM_CHART', evidence, { ...options, format, wants, visit })
    const chart = found.get('Chart.yaml') ?? refuse('it has no Chart.yaml')
    const values = found.get('values.yaml') ?? refuse('it has no values.yaml')
    return inspectFiles({ chart, values }, refuse)
  },
}

function fileOf(path: string): string | undefined {
  return /^[^/]+\/(Chart\.yaml|values\.yaml)$/.exec(path)?.[1]
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > MAX_YAML_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function inspectFiles(
  { chart, values }: { readonly chart: string; readonly values: string },
  refuse: (problem: string) => never,
): { annotations: Record<string, string> } {
  const parsed = parseYaml('Chart.yaml', chart, refuse)
  for (const name of ['apiVersion', 'name', 'version']) {
    const value: unknown = isMap(parsed) ? parsed.get(name) : undefined
    if (typeof value !== 'string' || value === '') refuse(`Chart.yaml has no ${name}`)
  }
  const content = parseYaml('values.yaml', values, refuse)
  if (content !== null && !isMap(content)) refuse('values.yaml is not a map')
  return { annotations: {} }
}

function parseYaml(file: string, text: string, refuse: (problem: string) => never): unknown {
  const lineCounter = new LineCounter()
  const { errors, contents } = parseDocument(text, { lineCounter, prettyErrors: false })
  const [first] = errors
  if (first) {
    const { line, col } = lineCounter.linePos(first.pos[0])
    refuse(`${file}: line ${line}, column ${col}: ${first.message}`)
  }
  return contents
}
