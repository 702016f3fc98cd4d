import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { parse } from 'yaml'

const NAMES = ['.chainloop.yml', '.chainloop.yaml']

/**
 * `projectVersion` of the nearest `.chainloop.yml`, looked for from a folder up to the root of its repository.
 * Undefined when there is no such file or key. Rejects when the file is not YAML.
 */
export async function findProjectVersion(cwd: string): Promise<string | undefined> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    for (const name of NAMES) {
      const text = await readText(join(folder, name))
      if (text !== undefined) return versionIn(text)
    }
    if (folder === dirname(folder) || (await exists(join(folder, '.git')))) return undefined
  }
}

function versionIn(text: string): string | undefined {
  const document: unknown = parse(text)
  if (typeof document !== 'object' || document === null || !('projectVersion' in document)) {
    return undefined
  }
  const { projectVersion } = document
  const isScalar = typeof projectVersion === 'string' || typeof projectVersion === 'number'
  return isScalar ? String(projectVersion) : undefined
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}
