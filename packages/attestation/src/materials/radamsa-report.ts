import { createMeter, limitsOf } from './archive-limits.ts'
import { archiveFormat, gunzipped, headOf, isTar, readArchive } from './archive.ts'
import type { ArchiveEntry } from './archive.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Crafter, InspectOptions } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import { readLines } from './text-lines.ts'
import { toolAnnotations } from './tools.ts'

export const RADAMSA_LIMITS = { entries: 2_000_000, bytes: 1024 ** 3 }
export const MAX_RADAMSA_RECORDS = 5_000_000

/**
 * What radamsa writes with `--meta`, https://gitlab.com/akihe/radamsa: one line for each generated case. A log, a gzip of
 * one, or an archive of logs. A log without any case is one of a run that generated none.
 */
export const radamsaReport: Crafter = {
  async inspect(evidence, options) {
    const records = await readRadamsaRecords(evidence, options)
    return {
      annotations: {
        ...toolAnnotations({ name: 'radamsa', version: '' }),
        'chainloop.material.radamsa.report.records.count': String(records),
      },
    }
  },
}

/** How many cases there are; each line of one is handed over. */
export async function readRadamsaRecords(
  evidence: Evidence,
  options: InspectOptions,
  onRecord: (line: string) => void = () => {},
): Promise<number> {
  const counter = createCounter(onRecord)
  const format = await archiveFormat(evidence)
  if (!format) {
    await counter.read(evidence)
  } else if (format === 'tar.gz' && !(await holdsTar(evidence))) {
    await counter.read(gzippedLog(evidence, options))
  } else {
    const visit = async ({ path, bytes }: ArchiveEntry): Promise<void> =>
      counter.read({ name: `${evidence.name}: ${path}`, size: 1, open: () => bytes })
    const limits = RADAMSA_LIMITS
    await readArchive('RADAMSA_REPORT', evidence, { ...options, format, limits, visit })
  }
  return counter.records()
}

async function holdsTar(evidence: Evidence): Promise<boolean> {
  return isTar(await headOf(readable(gunzipped(evidence))))
}

function gzippedLog(evidence: Evidence, options: InspectOptions): Evidence {
  const meter = createMeter('RADAMSA_REPORT', evidence, limitsOf(options, RADAMSA_LIMITS))
  const log = readable(gunzipped(evidence))
  return { ...log, open: () => meter.counted(log.open()) }
}

/** A broken gzip file is refused in its name. */
function readable(evidence: Evidence): Evidence {
  return {
    ...evidence,
    async *open() {
      try {
        yield* evidence.open()
      } catch {
        throw new InvalidMaterial(
          'RADAMSA_REPORT',
          `${evidence.name} is not RADAMSA_REPORT: it is not a readable gzip file`,
        )
      }
    },
  }
}

interface Counter {
  read(log: Evidence): Promise<void>
  records(): number
}

function createCounter(onRecord: (line: string) => void): Counter {
  let records = 0
  return {
    records: () => records,
    async read(log) {
      let number = 0
      const refuse = (problem: string): never => {
        throw new InvalidMaterial(
          'RADAMSA_REPORT',
          `${log.name} is not RADAMSA_REPORT: line ${number}: ${problem}`,
        )
      }
      for await (const line of readLines('RADAMSA_REPORT', log)) {
        number += 1
        if (line.trim() === '' || RUN.test(line)) continue
        if (!isRecord(line)) refuse('it is not what radamsa says of a case')
        records += 1
        if (records > MAX_RADAMSA_RECORDS) refuse(`more than ${MAX_RADAMSA_RECORDS} cases`)
        onRecord(line)
      }
    },
  }
}

/** Each run starts with the seed of its random numbers. */
const RUN = /^seed: \d+$/
/** `generator: file, path: "/tmp/sample", length: 16892`, one at a time. */
const FIELD = /(?<name>[a-z][a-z\d?!-]*): (?:"(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y
/** Every case has some of them. */
const KNOWN: ReadonlySet<string> = new Set(['generator', 'nth', 'output', 'pattern'])

function isRecord(line: string): boolean {
  let known = false
  for (let at = 0; at < line.length; at = FIELD.lastIndex) {
    FIELD.lastIndex = at
    const name = FIELD.exec(line)?.groups?.['name']
    if (name === undefined) return false
    known ||= KNOWN.has(name)
  }
  return known
}
