import { archiveFormat, readArchive } from '@chainloop/attestation/materials/archive'
import { DRANZER_LIMITS } from '@chainloop/attestation/materials/certcc-dranzer'
import type { Evidence } from '@chainloop/attestation/materials/evidence'
import { readLines } from '@chainloop/attestation/materials/text-lines'
import { fromJson } from '@chainloop/rego/values/json'

import type { MaterialReader } from './read-material.ts'

interface TestedObject {
  readonly clsid: string
  readonly name: string
  /** `COM Object Filename`, `Product Version` … */
  readonly details: Record<string, string>
  readonly methods: string[]
}

interface DranzerFinding {
  readonly clsid: string
  readonly name: string
  readonly message: string
}

interface DranzerReport {
  readonly name: string
  version: string
  readonly objects: TestedObject[]
  readonly findings: DranzerFinding[]
  readonly counters: Record<string, number>
  readonly lines: string[]
}

/** What was tested, what went wrong, and the counts; of an archive those of all its reports together. */
export const readDranzer: MaterialReader = async (evidence) => {
  const reports = await reportsIn(evidence)
  return fromJson({
    tool: {
      name: 'dranzer',
      version: reports.find(({ version }) => version !== '')?.version ?? '',
    },
    ...contentOf(reports),
    raw: reports.map(({ lines }) => lines.join('\n')).join('\n'),
    reports: reports.map((report) => ({ name: report.name, ...contentOf([report]) })),
  })
}

function contentOf(reports: readonly DranzerReport[]) {
  return {
    objects: reports.flatMap(({ objects }) => objects),
    findings: reports.flatMap(({ findings }) => findings),
    summary: summaryOf(reports.map(({ counters }) => counters)),
  }
}

function summaryOf(all: readonly Readonly<Record<string, number>>[]) {
  const counters: Record<string, number> = {}
  for (const [name, count] of all.flatMap((each) => Object.entries(each))) {
    counters[name] = (counters[name] ?? 0) + count
  }
  const of = (name: string): number => counters[name] ?? 0
  return {
    object_count: of('Number of COM Objects'),
    kill_bit_count: of('Number of COM Objects With Kill Bit'),
    passed_count: of('Number of COM Objects Passed Test'),
    failed_count: of('Number of COM Objects Failed Test'),
    hung_count: of('Number of COM Objects Hung During Test'),
    counters,
  }
}

async function reportsIn(evidence: Evidence): Promise<DranzerReport[]> {
  const format = await archiveFormat(evidence)
  if (!format) return [await readReport(evidence)]
  const found: DranzerReport[] = []
  await readArchive('CERTCC_DRANZER', evidence, {
    format,
    limits: DRANZER_LIMITS,
    wants: (path) => /\.(?:txt|log)$/i.test(path),
    visit: async ({ path, bytes }) => {
      found.push(await readReport({ name: path, size: 1, open: () => bytes }))
    },
  })
  return found.filter(
    ({ objects, counters }) => objects.length > 0 || Object.keys(counters).length > 0,
  )
}

async function readReport(evidence: Evidence): Promise<DranzerReport> {
  const { name } = evidence
  const report: DranzerReport = {
    name,
    version: '',
    objects: [],
    findings: [],
    counters: Object.create(null),
    lines: [],
  }
  for await (const line of readLines('CERTCC_DRANZER', evidence, { tolerant: true })) {
    readLine(report, line)
    report.lines.push(line)
  }
  return report
}

const COUNTER = /^(Number of COM Objects\b[\w ]*?) {2,}(\d{1,15})\s*$/
const TESTED = /^Testing COM Object - (\{[\dA-F-]{36}\}) *(.*)$/i
const ENGINE = /^Test Engine Version:\s*(?:\$Rev:\s*)?([^\s$]+)/
const METHOD = /^Invoking Method +- (.*)$/
const DETAIL = /^([A-Z][\w ]*?) *: (.*)$/
/** Stands above what went wrong with it: `{…}-Example.WidgetControl` */
const SUBJECT = /^(\{[\dA-F-]{36}\})-(.*)$/i

function readLine(report: DranzerReport, line: string): void {
  const [, counter, count] = COUNTER.exec(line) ?? []
  if (counter !== undefined) report.counters[counter] = Number(count)
  report.version ||= ENGINE.exec(line)?.[1] ?? ''
  const [, clsid, name = ''] = TESTED.exec(line) ?? []
  if (clsid !== undefined) {
    report.objects.push({ clsid, name: name.trim(), details: Object.create(null), methods: [] })
  }
  readDetail(report.objects.at(-1), line)
  if (/^(?:ERROR|EXCEPTION|CRASH|HUNG)\b/i.test(line)) report.findings.push(findingOf(report, line))
}

function readDetail(tested: TestedObject | undefined, line: string): void {
  const method = METHOD.exec(line)?.[1]
  if (method !== undefined) tested?.methods.push(method.trim())
  const [, key, value = ''] = DETAIL.exec(line) ?? []
  if (tested && key !== undefined && !line.startsWith('Test Engine')) {
    tested.details[key] = value.trim()
  }
}

function findingOf({ lines, objects }: DranzerReport, line: string): DranzerFinding {
  const above = SUBJECT.exec(lines.at(-1) ?? '')
  const tested = objects.at(-1)
  return {
    clsid: above?.[1] ?? tested?.clsid ?? '',
    name: (above?.[2] ?? tested?.name ?? '').trim(),
    message: line.trim(),
  }
}
