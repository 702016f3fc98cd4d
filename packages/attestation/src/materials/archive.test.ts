import { gzipSync } from 'node:zlib'

import { expect, test } from '@jest/globals'
import { zipSync } from 'fflate'
import { pack } from 'tar-stream'

import { limitsOf } from './archive-limits.ts'
import { inspectMaterial } from './craft.ts'
import { bytesEvidence, outcome } from './evidence.test.fixture.ts'
import type { Evidence } from './evidence.ts'

async function tgz(
  files: Readonly<Record<string, string>>,
  links: readonly string[] = [],
): Promise<Evidence> {
  const archive = pack()
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content)
  for (const name of links) archive.entry({ name, type: 'symlink', linkname: '/etc/passwd' })
  archive.finalize()
  return bytesEvidence(
    gzipSync(Buffer.concat(await Array.fromAsync(archive as AsyncIterable<Uint8Array>))),
    'chart.tgz',
  )
}
const zip = (files: Readonly<Record<string, string>>): Evidence =>
  bytesEvidence(
    zipSync(
      Object.fromEntries(
        Object.entries(files).map(([name, content]) => [name, Buffer.from(content)]),
      ),
    ),
    'a.zip',
  )
const chart = 'apiVersion: v2\nname: web\nversion: "1.0.0"\n'

test('a Helm chart is judged by its Chart.yaml and values.yaml', async () => {
  expect(
    await outcome('HELM_CHART', await tgz({ 'web/Chart.yaml': chart, 'web/values.yaml': '' })),
  ).toBe('valid')
  expect(
    await outcome('HELM_CHART', await tgz({ 'web/Chart.yaml': 'name: x', 'web/values.yaml': '' })),
  ).toContain('Chart.yaml has no apiVersion')
  expect(
    await outcome('HELM_CHART', await tgz({ 'web/Chart.yaml': 'a: [', 'web/values.yaml': '' })),
  ).toContain('Chart.yaml: line 1, column')
  expect(
    await outcome('HELM_CHART', await tgz({ 'web/Chart.yaml': chart, 'web/values.yaml': '- 1' })),
  ).toContain('values.yaml is not a map')
  expect(
    await outcome('HELM_CHART', await tgz({ 'web/Chart.yaml': chart }, ['web/values.yaml'])),
  ).toContain('it has no values.yaml')
  expect(
    await outcome('HELM_CHART', await tgz({ 'a/Chart.yaml': chart, 'b/Chart.yaml': chart })),
  ).toContain('more than one Chart.yaml')
  expect(await outcome('HELM_CHART', bytesEvidence(gzipSync('junk')))).toContain(
    'not a readable tar archive',
  )
  expect(await outcome('HELM_CHART', bytesEvidence(Buffer.of(0x1f, 0x8b, 1, 2)))).toContain(
    'not a readable tar archive',
  )
  expect(await outcome('HELM_CHART', bytesEvidence('name: x'))).toContain(
    'it is not a .tgz archive',
  )
})

const MiB = 1024 * 1024

/** A tar.gz whose one entry is said to have 64 GiB of zeros; counts the members of the gzip file that were taken. */
async function bomb(): Promise<Evidence & { readonly taken: () => number }> {
  const archive = pack()
  archive.entry({ name: 'bomb', size: 64 * 1024 ** 3 })
  const { value: head } = await archive[Symbol.asyncIterator]().next()
  const zeros = gzipSync(Buffer.alloc(MiB))
  let taken = 0
  return {
    name: 'bomb.tgz',
    size: 1,
    taken: () => taken,
    async *open() {
      yield gzipSync(head as Uint8Array)
      // A gzip file may have any number of members.
      for (let left = 64 * 1024; left > 0; left -= 1) {
        taken += 1
        yield zeros
      }
    },
  }
}

test('a bomb is refused while it unpacks', async () => {
  const evidence = await bomb()
  const archiveLimits = { bytes: 8 * MiB }

  await expect(inspectMaterial('HELM_CHART', evidence, { archiveLimits })).rejects.toThrow(
    'bomb.tgz is not HELM_CHART: it unpacks to more than 8388608 bytes',
  )
  // Of 65,536: what streams hold beyond the limit is a few chunks, of a thousand bytes each.
  expect(evidence.taken()).toBeLessThan(256)
})

test('too many entries are refused, and entries that lead elsewhere', async () => {
  const many = await tgz(
    Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`a/${index}`, ''])),
  )
  const archiveLimits = { entries: 8 }

  await expect(inspectMaterial('HELM_CHART', many, { archiveLimits })).rejects.toThrow(
    'it has more than 8 entries',
  )
  for (const path of ['../x', 'a/../../x', '/etc/x', 'C:/x', '..\\x']) {
    expect(await outcome('HELM_CHART', await tgz({ [path]: '' }))).toContain('lies outside of it')
    expect(await outcome('ZAP_DAST_ZIP', zip({ [path]: '' }))).toContain('lies outside of it')
  }
})

test('what a kind may unpack to is limited by default', () => {
  expect(limitsOf({})).toEqual({ entries: 10_000, bytes: 1024 ** 3 })
  expect(limitsOf({ archiveLimits: { bytes: 1 } }, { entries: 2 })).toEqual({
    entries: 2,
    bytes: 1,
  })
})

test('JUnit reports in a zip are counted together, what lies beside them is not read', async () => {
  expect(
    await outcome(
      'JUNIT_XML',
      zip({ 'a.xml': '<testsuites/>', 'b/c.xml': '<testsuite/>', 'd.txt': 'x', '._a.xml': 'junk' }),
    ),
  ).toBe('valid')
  expect(await outcome('JUNIT_XML', zip({ 'a.xml': '<testsuites/>' }))).toContain(
    'it has no test suite',
  )
  expect(await outcome('JUNIT_XML', zip({ 'a.xml': '<html/>' }))).toContain(
    'a.zip: a.xml is not JUNIT_XML: its root is <html>',
  )
  expect(await outcome('JUNIT_XML', bytesEvidence('PK\u0003\u0004 junk'))).toContain(
    'not a readable zip archive',
  )
})

test('a report of ZAP is found in its archive', async () => {
  expect(
    await outcome('ZAP_DAST_ZIP', zip({ 'report_json.json': '{"@programName": "ZAP"}' })),
  ).toBe('valid')
  expect(
    await outcome('ZAP_DAST_ZIP', zip({ 'report_json.json': '{"@programName": "x"}' })),
  ).toContain('report_json.json: @programName is not "ZAP"')
  expect(await outcome('ZAP_DAST_ZIP', zip({ 'report_json.json': '{' }))).toContain(
    'line 1, column 2',
  )
})

test('a zip whose entry is larger than it says is refused', async () => {
  const honest = zipSync({
    'report_json.json': Buffer.from(`{"@programName": "ZAP", "x": "${'y'.repeat(100_000)}"}`),
  })
  const lying = Buffer.from(honest)
  const directory = lying.lastIndexOf(Buffer.from('PK\u0001\u0002', 'latin1'))
  lying.writeUInt32LE(10, directory + 24)

  expect(await outcome('ZAP_DAST_ZIP', bytesEvidence(lying))).not.toBe('valid')
})
