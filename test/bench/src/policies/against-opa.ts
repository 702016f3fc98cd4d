import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { temporaryFolder } from '@chainloop/e2e/world/folder'
import { nodeHost } from '@chainloop/rego/node-host'
import { compile } from '@chainloop/rego/policy'
import { parseJson } from '@chainloop/rego/values/parse-json'
import { build } from 'esbuild'

import { largeBom } from '../large-bom.ts'
import type { Row } from '../row.ts'
import { outputOf, wallTimeOf } from '../run-program.ts'
import { SBOM_POLICY } from './sbom-policy.ts'

const ROUNDS = 5
const SBOM_BYTES = 4 * 1024 * 1024

/** Rego on an SBOM of 4 MB: as the first thing a process does, and again and again, both beside OPA. */
export async function againstOpa(opa: string): Promise<readonly Row[]> {
  await using folder = await temporaryFolder()
  const [policy, input] = [join(folder.path, 'policy.rego'), join(folder.path, 'sbom.json')]
  const sbom = largeBom(SBOM_BYTES, 'bench')
  await writeFile(policy, SBOM_POLICY)
  await writeFile(input, sbom)
  const ours = [process.execPath, await bundled(folder.path)]
  const theirs = [opa, 'eval', '--data', policy, '--input', input, 'data.main.result']
  return [
    {
      what: 'first evaluation of a policy, SBOM of 4 MB, with the start of the process',
      measured: {
        value: await median(() => wallTimeOf([...ours, policy, input, 'main/result'])),
        unit: 'ms',
      },
      baseline: '`opa eval`',
      reference: { value: await median(() => wallTimeOf(theirs)), unit: 'ms' },
      better: 'lower',
      note: 'wall time, median of five',
    },
    {
      what: 'repeated evaluation of a policy, SBOM of 4 MB',
      measured: { value: repeated(sbom), unit: 'ms' },
      baseline: '`opa bench`',
      reference: {
        value: await opaBench([opa, 'bench', '--data', policy, '--input', input]),
        unit: 'ms',
      },
      better: 'lower',
      note: 'the document is parsed once, in both',
    },
  ]
}

/** One file with V8's compile cache, as the command line tool is shipped. */
async function bundled(folder: string): Promise<string> {
  const outfile = join(folder, 'evaluate-once.mjs')
  const cache = JSON.stringify(join(folder, 'cache'))
  await build({
    entryPoints: [join(import.meta.dirname, 'evaluate-once.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['chainloop-source'],
    minifyWhitespace: true,
    minifySyntax: true,
    banner: {
      js: `import { createRequire, enableCompileCache } from 'node:module'; const require = createRequire(import.meta.url); enableCompileCache(${cache});`,
    },
  })
  return outfile
}

async function median(measure: () => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < ROUNDS; i++) times.push(await measure())
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0
}

/** Milliseconds of one of many; the first ones, which the engine still learns from, are not counted. */
function repeated(sbom: string): number {
  const policy = compile({ modules: { 'policy.rego': SBOM_POLICY } })
  const request = { entrypoint: 'main/result', input: parseJson(sbom), host: nodeHost() }
  const times = Array.from({ length: 30 }, () => {
    const start = performance.now()
    policy.evaluateSync(request)
    return performance.now() - start
  })
  return times.slice(10).toSorted((a, b) => a - b)[10] ?? 0
}

async function opaBench(command: readonly string[]): Promise<number> {
  const output = await outputOf([
    ...command,
    '--format',
    'json',
    '--count',
    '1',
    'data.main.result',
  ])
  const { T, N }: { T: number; N: number } = JSON.parse(output)
  return T / N / 1e6
}
