import { archiveFormat, readArchive } from '@chainloop/attestation/materials/archive'
import type { Evidence } from '@chainloop/attestation/materials/evidence'
import { fromJson } from '@chainloop/rego/values/json'

import type { MaterialReader } from './read-material.ts'
import { childrenOf, readXmlTree, type XmlNode } from './xml-tree.ts'

/** The suites of a report, or of an archive of reports; suites in suites stand beside them. Durations are nanoseconds. */
export const readJunit: MaterialReader = async (evidence, limits) => {
  const format = await archiveFormat(evidence)
  if (!format) return fromJson((await suitesIn(evidence)).map(suiteOf))
  const suites: XmlNode[] = []
  await readArchive('JUNIT_XML', evidence, {
    ...limits,
    format,
    wants: (path) => /(?:^|\/)(?!\._)[^/]*\.xml$/i.test(path),
    visit: async ({ path, bytes }) => {
      suites.push(...(await suitesIn({ name: path, size: 1, open: () => bytes })))
    },
  })
  return fromJson(suites.map(suiteOf))
}

async function suitesIn(evidence: Evidence): Promise<XmlNode[]> {
  return nested(await readXmlTree('JUNIT_XML', evidence, { keep: () => true }))
}

function nested(node: XmlNode): XmlNode[] {
  const below = childrenOf(node, 'testsuite').flatMap(nested)
  return node.name === 'testsuite' ? [node, ...below] : below
}

function suiteOf(suite: XmlNode) {
  const tests = childrenOf(suite, 'testcase').map(testOf)
  const { name = '', package: packageName = '' } = suite.attributes
  return {
    name,
    package: packageName,
    properties: propertiesOf(suite),
    tests,
    ...outputsOf(suite),
    totals: totalsOf(tests),
  }
}

type Status = 'passed' | 'skipped' | 'failed' | 'error'

function testOf(test: XmlNode) {
  const [problem] = childrenOf(test, 'failure', 'error')
  const { name = '', classname = '', time } = test.attributes
  return {
    name,
    classname,
    duration: nanoseconds(time),
    status: statusOf(test),
    error: problem
      ? {
          message: problem.attributes['message'] ?? '',
          type: problem.attributes['type'] ?? '',
          body: problem.text,
        }
      : null,
    properties: { ...test.attributes, ...propertiesOf(test) },
    ...outputsOf(test),
  }
}

function statusOf(test: XmlNode): Status {
  if (childrenOf(test, 'error').length > 0) return 'error'
  if (childrenOf(test, 'failure').length > 0) return 'failed'
  return childrenOf(test, 'skipped').length > 0 ? 'skipped' : 'passed'
}

function totalsOf(tests: readonly { status: Status; duration: number }[]) {
  const count = (status: Status): number => tests.filter((test) => test.status === status).length
  return {
    tests: tests.length,
    passed: count('passed'),
    skipped: count('skipped'),
    failed: count('failed'),
    error: count('error'),
    duration: tests.reduce((sum, { duration }) => sum + duration, 0),
  }
}

function propertiesOf(node: XmlNode): Record<string, string> {
  const properties = childrenOf(node, 'properties').flatMap((list) => childrenOf(list, 'property'))
  return Object.fromEntries(
    properties.map(({ attributes, text }) => [
      attributes['name'] ?? '',
      attributes['value'] ?? text,
    ]),
  )
}

function outputsOf(node: XmlNode): { stdout?: string; stderr?: string } {
  const [stdout] = childrenOf(node, 'system-out')
  const [stderr] = childrenOf(node, 'system-err')
  return { ...(stdout && { stdout: stdout.text }), ...(stderr && { stderr: stderr.text }) }
}

/** From seconds, in which some tools write separators of thousands. */
function nanoseconds(time: string | undefined): number {
  const seconds = Number((time ?? '0').replaceAll(',', ''))
  return Number.isFinite(seconds) ? Math.round(seconds * 1e9) : 0
}
