import type { Host } from '../host.ts'
import { readCase, runCase } from './case.ts'

export type Failure = { readonly note: string; readonly got: string; readonly wanted: string }

export type Report = {
  readonly total: number
  readonly agreeing: number
  /** By feature, the first part of a case's note. */
  readonly features: ReadonlyMap<string, { readonly total: number; readonly agreeing: number }>
  readonly failures: readonly Failure[]
}

/** Runs a file of conformance cases, one JSON object a line. */
export async function runCases(jsonLines: string, host: Host): Promise<Report> {
  const features = new Map<string, { total: number; agreeing: number }>()
  const failures: Failure[] = []
  let [total, agreeing] = [0, 0]
  for (const line of jsonLines.split('\n')) {
    if (line.trim() === '') continue
    const { note, got, wanted, agrees } = await runLine(line, host)
    const name = note.split('/')[0] ?? note
    const feature = features.get(name) ?? { total: 0, agreeing: 0 }
    features.set(name, { total: feature.total + 1, agreeing: feature.agreeing + Number(agrees) })
    total += 1
    agreeing += Number(agrees)
    if (!agrees) failures.push({ note, got, wanted })
  }
  return { total, agreeing, features, failures }
}

async function runLine(line: string, host: Host): Promise<Failure & { agrees: boolean }> {
  const test = readCase(line)
  const wanted = JSON.stringify(
    JSON.parse(line).want_result ?? [test.wantErrorCode, test.wantError],
  )
  const crash = (error: unknown): { agrees: boolean; got: string } => ({
    agrees: false,
    got: error instanceof Error ? `crash: ${error.stack}` : String(error),
  })
  const verdict = await runCase(test, host).catch(crash)
  return { note: test.note, wanted, ...verdict }
}

export function formatReport({ features, total, agreeing }: Report): string {
  const names = [...features.keys()].toSorted()
  const width = Math.max(...names.map((name) => name.length), 7)
  const row = (name: string, counts: string): string => `${name.padEnd(width)}  ${counts}`
  const lines = names.map((name) => {
    const feature = features.get(name)
    return row(name, `${feature?.agreeing} / ${feature?.total}`)
  })
  return [row('feature', 'agree'), ...lines, '', `${agreeing} of ${total} agree`].join('\n')
}
