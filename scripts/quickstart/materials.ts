import { dirname, join } from 'node:path'

import { root, run } from '../lib/process.ts'

export interface Materials {
  readonly sbom: string
  readonly tests: string
  readonly cli: string
}

/** CycloneDX of this workspace's production dependencies, as pnpm sees them. */
export async function makeSbom(folder: string): Promise<string> {
  const sbom = join(folder, 'sbom.cdx.json')
  const args = [
    'sbom',
    '--sbom-format',
    'cyclonedx',
    '--sbom-spec-version',
    '1.6',
    '--sbom-type',
    'application',
    '--prod',
    '--out',
    sbom,
  ]
  await succeed('npx', ['--yes', 'pnpm@12.21.0', ...args])
  return sbom
}

/** Runs real tests of this repository and has jest report them as JUnit XML. */
export async function runTests(folder: string): Promise<string> {
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js')
  const node = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  await succeed(
    process.execPath,
    [...node, jest, '--selectProjects', 'packages/attestation', '--reporters=jest-junit'],
    {
      JEST_JUNIT_OUTPUT_DIR: folder,
      JEST_JUNIT_OUTPUT_NAME: 'junit.xml',
    },
  )
  return join(folder, 'junit.xml')
}

/** The bundled tool is one file to start and the chunks that it loads: they are handed out together. */
export async function archive(cli: string, folder: string): Promise<string> {
  const file = join(folder, 'chainloop-cli.tgz')
  await succeed('tar', ['-czf', file, '-C', dirname(cli), 'chainloop.mjs', 'chunks'])
  return file
}

async function succeed(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, output } = await run(program, args, { env })
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} failed:\n${output}`)
}
