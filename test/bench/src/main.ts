import { measureCas } from './cas.ts'
import { measureCliStart } from './cli-start.ts'
import type { Measurement, Row } from './row.ts'
import { measureStore } from './store.ts'
import { renderTable } from './table.ts'

const measurements: Readonly<Record<string, Measurement>> = {
  cli: measureCliStart,
  store: measureStore,
  cas: measureCas,
}

/* Arguments choose; without any, everything is measured. */
const wanted = process.argv.slice(2)
const rows: Row[] = []
for (const [name, measure] of Object.entries(measurements)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  process.stderr.write(`measuring ${name}\n`)
  rows.push(...(await measure()))
}
process.stdout.write(`${renderTable(rows)}\n`)
