import type { Measurement, Row } from './row.ts'
import { renderTable } from './table.ts'

/* Loaded by who is asked for: each brings a different half of the product with it. */
const measurements: Readonly<Record<string, () => Promise<Measurement>>> = {
  cli: async () => (await import('./cli-start.ts')).measureCliStart,
  crafting: async () => (await import('./crafting.ts')).measureCrafting,
  recognition: async () => (await import('./recognition.ts')).measureRecognition,
  store: async () => (await import('./store.ts')).measureStore,
  policies: async () => (await import('./policies/measure-policies.ts')).measurePolicies,
  verifying: async () => (await import('./verifying.ts')).measureVerifying,
  log: async () => (await import('./log-inclusion.ts')).measureLogInclusion,
  'fan-out': async () => (await import('./fan-out/measure-fan-out.ts')).measureFanOut,
  backlog: async () => (await import('./fan-out/measure-fan-out.ts')).measureBacklog,
  scale: async () => (await import('./scale/measure-scale.ts')).measureScale,
  cas: async () => (await import('./cas/measure-cas.ts')).measureCas,
  'round-trip': async () => (await import('./cas/round-trip.ts')).measureRoundTrip,
}

/* Arguments choose; without any, everything is measured. */
const wanted = process.argv.slice(2)
const rows: Row[] = []
for (const [name, load] of Object.entries(measurements)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  process.stderr.write(`measuring ${name}\n`)
  rows.push(...(await (await load())()))
}
process.stdout.write(`${renderTable(rows)}\n`)
