import { archiveFormat, readArchive } from './archive.ts'
import type { ArchiveEntry } from './archive.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Crafter, InspectOptions } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import { emptyFile } from './read-document.ts'
import { readLines } from './text-lines.ts'
import { toolAnnotations } from './tools.ts'

export const DRANZER_LIMITS = { entries: 256, bytes: 16 * 1024 ** 2 }

/** A report of CERT/CC Dranzer, https://github.com/CERTCC/dranzer, or an archive with at least one among other files. */
export const certccDranzer: Crafter = {
  async inspect(evidence, options) {
    if (evidence.size === 0) throw emptyFile('CERTCC_DRANZER', evidence)
    const reports = await findReports(evidence, options)
    if (reports.length === 0) {
      throw new InvalidMaterial(
        'CERTCC_DRANZER',
        `${evidence.name} is not CERTCC_DRANZER: nothing in it says how many COM objects were tested, or which`,
      )
    }
    const version = reports.find((report) => report.version !== '')?.version ?? ''
    return {
      annotations: {
        ...toolAnnotations({ name: 'dranzer', version }),
        'chainloop.material.dranzer.reports.count': String(reports.length),
      },
    }
  },
}

interface Report {
  /** Of the test engine; empty where a report does not say it. */
  readonly version: string
}

async function findReports(evidence: Evidence, options: InspectOptions): Promise<Report[]> {
  const format = await archiveFormat(evidence)
  if (!format) return readReport(evidence)
  const found: Report[] = []
  const visit = async ({ path, bytes }: ArchiveEntry): Promise<void> => {
    const name = `${evidence.name}: ${path}`
    found.push(...(await readReport({ name, size: 1, open: () => bytes })))
  }
  const wants = (path: string): boolean => /\.(?:txt|log)$/i.test(path)
  const limits = DRANZER_LIMITS
  await readArchive('CERTCC_DRANZER', evidence, { ...options, format, limits, wants, visit })
  return found
}

/** `Number of COM Objects Passed Test       1` */
const COUNTER = /^Number of COM Objects\b[\w ]*? {2,}\d+\s*$/
/** `Testing COM Object - {11111111-2222-3333-4444-555555555555} Example.WidgetControl` */
const TESTED = /^Testing COM Object - \{[\dA-F-]{36}\}/i
/** `Test Engine Version: $Rev: 96 $` */
const ENGINE = /^Test Engine Version:\s*(?:\$Rev:\s*)?(?<version>[^\s$]+)/

/** None or one. Names of vendors are in the code page of the machine. */
async function readReport(evidence: Evidence): Promise<Report[]> {
  let version = ''
  let lines = 0
  for await (const line of readLines('CERTCC_DRANZER', evidence, { tolerant: true })) {
    if (COUNTER.test(line) || TESTED.test(line)) lines += 1
    version ||= ENGINE.exec(line)?.groups?.['version'] ?? ''
  }
  return lines > 0 ? [{ version }] : []
}
