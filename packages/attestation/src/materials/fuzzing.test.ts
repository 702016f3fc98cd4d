import { gzipSync } from 'node:zlib'

import { expect, test } from '@jest/globals'
import { zipSync } from 'fflate'
import { pack } from 'tar-stream'

import { inspectMaterial } from './craft.ts'
import { bytesEvidence, outcome } from './evidence.test.fixture.ts'
import type { Evidence } from './evidence.ts'
import type { MaterialKind } from './material-kind.ts'

type Files = Readonly<Record<string, string>>

async function tar(files: Files): Promise<Buffer> {
  const archive = pack()
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content)
  archive.finalize()
  return Buffer.concat(await Array.fromAsync(archive as AsyncIterable<Uint8Array>))
}

function zip(files: Files): Uint8Array {
  const entries = Object.entries(files).map(([name, text]) => [name, Buffer.from(text)] as const)
  return zipSync(Object.fromEntries(entries))
}

/** The same files in every form of archive. */
async function archives(files: Files): Promise<[string, Evidence][]> {
  return [
    ['zip', bytesEvidence(zip(files), 'a.zip')],
    ['tar', bytesEvidence(await tar(files), 'a.tar')],
    ['tar.gz', bytesEvidence(gzipSync(await tar(files)), 'a.tgz')],
  ]
}

async function said(kind: MaterialKind, evidence: Evidence): Promise<object> {
  const { annotations } = await inspectMaterial(kind, evidence)
  const { 'chainloop.material.size': _, ...own } = annotations
  return own
}

const log = [
  'seed: 42',
  'muta-num: 1, generator: file, checksum: "CF", nth: 1, path: "/tmp/a, b: \\"c\\"", output: file-writer',
  'generator: jump, nth: 2, output: stdout, pattern: many-dec',
  '',
].join('\n')
const records = (count: number): object => ({
  'chainloop.material.tool.name': 'radamsa',
  'chainloop.material.radamsa.report.records.count': String(count),
})
const crashes = (count: number): object => ({
  'chainloop.material.tool.name': 'radamsa',
  'chainloop.material.radamsa.crashes.count': String(count),
})

test('the cases of a radamsa log are counted, the runs are not', async () => {
  expect(await said('RADAMSA_REPORT', bytesEvidence(log))).toEqual(records(2))
  expect(await said('RADAMSA_REPORT', bytesEvidence(gzipSync(log)))).toEqual(records(2))
  expect(await said('RADAMSA_REPORT', bytesEvidence(log.replaceAll('\n', '\r\n')))).toEqual(
    records(2),
  )
  expect(await said('RADAMSA_REPORT', bytesEvidence(''))).toEqual(records(0))
  expect(await said('RADAMSA_REPORT', bytesEvidence(gzipSync('seed: 1\n')))).toEqual(records(0))
  for (const [form, evidence] of await archives({
    'a/1.log': log,
    '2.log': log,
    'empty.log': '',
  })) {
    expect([form, await said('RADAMSA_REPORT', evidence)]).toEqual([form, records(4)])
  }
})

test.each([
  ['generator: file\nnote: x', 'line 2: it is not what radamsa says of a case'],
  ['generator: "file', 'line 1: it is not what radamsa says'],
  ['generator: file,', 'line 1: it is not what radamsa says'],
  [`generator: ${'x'.repeat(3_000_000)}`, 'line 1: more than 1048576 characters'],
  [gzipSync('hello: world'), 'line 1: it is not what radamsa says'],
  [gzipSync(log).subarray(0, 40), 'it is not a readable gzip file'],
  [zip({ 'bad.log': 'hello' }), 'file: bad.log is not RADAMSA_REPORT: line 1'],
])('what is no radamsa log is refused (%#)', async (content, message) => {
  expect(await outcome('RADAMSA_REPORT', bytesEvidence(content))).toContain(message)
})

test('a gzipped log may not unpack to more than the limit', async () => {
  const evidence = bytesEvidence(gzipSync('\n'.repeat(100_000)))

  await expect(
    inspectMaterial('RADAMSA_REPORT', evidence, { archiveLimits: { bytes: 1000 } }),
  ).rejects.toThrow('it unpacks to more than 1000 bytes')
})

test('crashes are counted: one, or as many files as an archive has', async () => {
  expect(await said('RADAMSA_CRASHES', bytesEvidence('boom'))).toEqual(crashes(1))
  expect(await said('RADAMSA_CRASHES', bytesEvidence(gzipSync('boom'), 'crash.gz'))).toEqual(
    crashes(1),
  )
  expect(await said('RADAMSA_CRASHES', bytesEvidence('PK\u0003\u0004 broken', 'crash'))).toEqual(
    crashes(1),
  )
  for (const [form, evidence] of await archives({ 'a/1': 'x', 'a/2': '', '3': 'y' })) {
    expect([form, await said('RADAMSA_CRASHES', evidence)]).toEqual([form, crashes(3)])
  }
})

test('what is called an archive and is none is refused as crashes', async () => {
  expect(await outcome('RADAMSA_CRASHES', bytesEvidence('boom', 'crashes.zip'))).toContain(
    'it is not the archive that its name says',
  )
  expect(
    await outcome('RADAMSA_CRASHES', bytesEvidence('PK\u0003\u0004 broken', 'crashes.zip')),
  ).toContain('it is not a readable zip archive')
})

const report = `Test Engine Version: $Rev: 96 $\nNumber of COM Objects                   4\n`
const dranzer = (count: number, version?: string): object => ({
  'chainloop.material.tool.name': 'dranzer',
  ...(version && { 'chainloop.material.tool.version': version }),
  'chainloop.material.dranzer.reports.count': String(count),
})

test('reports of Dranzer are counted, and say which engine made them', async () => {
  const tested = 'Testing COM Object - {11111111-2222-3333-4444-555555555555} A.B\r\n'

  expect(await said('CERTCC_DRANZER', bytesEvidence(report))).toEqual(dranzer(1, '96'))
  expect(
    await said('CERTCC_DRANZER', bytesEvidence(Buffer.from(`${tested}\u00ae`, 'latin1'))),
  ).toEqual(dranzer(1))
  const bundle = {
    'a_b_Result.txt': tested,
    'a_p_Result.txt': report,
    'notes.txt': 'x',
    'c.csv': 'x',
  }
  for (const [form, evidence] of await archives(bundle)) {
    expect([form, await said('CERTCC_DRANZER', evidence)]).toEqual([form, dranzer(2, '96')])
  }
})

test('a bundle without a report of Dranzer is refused, and one that is too large', async () => {
  for (const [, evidence] of await archives({ 'notes.txt': 'x' })) {
    expect(await outcome('CERTCC_DRANZER', evidence)).toContain('how many COM objects were tested')
  }
  const many = Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`${index}.txt`, '']))
  for (const [, evidence] of await archives(many)) {
    expect(await outcome('CERTCC_DRANZER', evidence)).toContain('it has more than 256 entries')
  }
})

test.each([
  ['Accesschk v6.15 - Reports effective permissions\n', '6.15'],
  ['Accesschk v6.15\r\nHKLM\\Software\r\n  RW BUILTIN\\Administrators\r\n', '6.15'],
  ['C:\\x\n   W BUILTIN\\Users\n', undefined],
  ['C:\\x\n  DESCRIPTOR FLAGS:\n      [SE_DACL_PRESENT]\n', undefined],
  ['C:\\x\n  [0] ACCESS_ALLOWED_ACE_TYPE: BUILTIN\\Users\n', undefined],
])('AccessChk is known by its text (%#)', async (text, version) => {
  const expected = {
    'chainloop.material.tool.name': 'AccessChk',
    ...(version && { 'chainloop.material.tool.version': version }),
  }

  expect(await said('SYSINTERNALS_ACCESSCHK', bytesEvidence(text))).toEqual(expected)
  expect(
    await said('SYSINTERNALS_ACCESSCHK', bytesEvidence(Buffer.from(`\ufeff${text}`, 'utf16le'))),
  ).toEqual(expected)
})

test.each(['hello\n', '  RW BUILTIN\\Users\n', 'x\n  rwx alice\n', 'x\n\n- R is a letter\n'])(
  'other text is not taken for AccessChk (%#)',
  async (text) => {
    expect(await outcome('SYSINTERNALS_ACCESSCHK', bytesEvidence(text))).toContain(
      'neither the banner of AccessChk',
    )
  },
)
