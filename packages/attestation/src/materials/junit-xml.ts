import { archiveFormat, readArchive } from './archive.ts'
import type { ArchiveEntry } from './archive.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Crafter, InspectOptions } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import { emptyFile } from './read-document.ts'
import { readXml } from './xml.ts'

/** A report of test runs, or a zip, tar or tar.gz of such reports; at least one suite in all. */
export const junitXml: Crafter = {
  async inspect(evidence, options) {
    if (evidence.size === 0) throw emptyFile('JUNIT_XML', evidence)
    const suites = await countSuites(evidence, options)
    if (suites === 0) {
      throw new InvalidMaterial(
        'JUNIT_XML',
        `${evidence.name} is not JUNIT_XML: it has no test suite`,
      )
    }
    return { annotations: {} }
  },
}

const ROOTS: ReadonlySet<string> = new Set(['testsuites', 'testsuite'])

async function countSuites(evidence: Evidence, options: InspectOptions): Promise<number> {
  const format = await archiveFormat(evidence)
  if (!format) return suitesIn(evidence)
  let suites = 0
  const visit = async ({ path, bytes }: ArchiveEntry): Promise<void> => {
    suites += await suitesIn({ name: `${evidence.name}: ${path}`, size: 1, open: () => bytes })
  }
  await readArchive('JUNIT_XML', evidence, { ...options, format, wants: isReport, visit })
  return suites
}

/** Files that macOS leaves beside others begin with `._`. */
function isReport(path: string): boolean {
  return /(?:^|\/)(?!\._)[^/]*\.xml$/i.test(path)
}

async function suitesIn(evidence: Evidence): Promise<number> {
  let suites = 0
  await readXml('JUNIT_XML', evidence, ({ name, path }) => {
    if (path.length === 1 && !ROOTS.has(name)) {
      throw new InvalidMaterial(
        'JUNIT_XML',
        `${evidence.name} is not JUNIT_XML: its root is <${name}>, neither <testsuites> nor <testsuite>`,
      )
    }
    if (name === 'testsuite') suites += 1
  })
  return suites
}
