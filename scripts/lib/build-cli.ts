import { join } from 'node:path'

import { root, run } from './process.ts'

/** Bundles the command line tool into one file and returns its path. */
export async function buildCli(): Promise<string> {
  const script = join(root, 'packages', 'cli', 'scripts', 'bundle.ts')
  const { code, output } = await run(process.execPath, ['--conditions=chainloop-source', script])
  if (code !== 0) throw new Error(`the command line tool could not be bundled:\n${output}`)
  return join(root, 'packages', 'cli', 'dist', 'chainloop.mjs')
}
