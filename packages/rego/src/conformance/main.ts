import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'

import { nodeHost } from '../node-host.ts'
import { formatReport, runCases } from './run.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { failures: { type: 'boolean', default: false } },
})
const [file] = positionals
if (!file) throw new Error('usage: conformance [--failures] FILE.jsonl')

const report = await runCases(await readFile(file, 'utf8'), nodeHost({ resolveNames: true }))
if (values.failures) {
  for (const { note, got, wanted } of report.failures) {
    process.stdout.write(`${note}\n  got    ${got}\n  wanted ${wanted}\n`)
  }
}
process.stdout.write(`${formatReport(report)}\n`)
if (report.agreeing < report.total) process.exitCode = 1
