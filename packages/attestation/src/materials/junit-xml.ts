import { InvalidMaterial } from './crafter.ts'
import type { Crafter } from './crafter.ts'
import { emptyFile } from './read-document.ts'
import { readXml } from './xml.ts'

/** A report of test runs: `testsuites` with at least one `testsuite`, or one by itself. */
export const junitXml: Crafter = {
  async inspect(evidence) {
    if (evidence.size === 0) throw emptyFile('JUNIT_XML', evidence)
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
    if (suites === 0) throw new InvalidMaterial('JUNIT_XML', `${evidence.name} has no test suite`)
    return { annotations: {} }
  },
}

const ROOTS: ReadonlySet<string> = new Set(['testsuites', 'testsuite'])
