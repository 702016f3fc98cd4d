import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { nodeHost } from '../node-host.ts'
import { formatReport, runCases } from './run.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { failures: { type: 'boolean', default: false } },
})
const [file] = positionals
if (!file) throw new Error('usage: conformance [--failures] FILE.jsonl')

// A package manager runs this in the package's folder; files are named from where it was called.
const path = resolve(process.env['INIT_CWD'] ?? '.', file)
const report = await runCases(await readFile(path, 'utf8'), nodeHost({ resolveNames: true }))
if (values.failures) {
  for (const { note, got, wanted } of report.failures) {
    process.stdout.write(`${note}\n  got    ${got}\n  wanted ${wanted}\n`)
  }
}
process.stdout.write(`${formatReport(report)}\n`)
if (report.agreeing < report.total) process.exitCode = 1
