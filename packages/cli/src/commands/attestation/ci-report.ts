import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Io } from '../../core/io.ts'
import { renderView } from '../../core/render.ts'
import type { StatusJson } from './status-json.ts'
import { statusView } from './status-view.ts'

type ReportIo = Pick<Io, 'env' | 'cwd'> & {
  readonly info: (message: string) => unknown
  readonly warn: (message: string) => unknown
}

/** Shows the attestation where people look at the run. Trouble with that never fails a push. */
export async function writeCiReport(
  io: ReportIo,
  status: StatusJson,
  { tektonResults = '/tekton/results' } = {},
): Promise<void> {
  const report = renderView(statusView(status, { full: true }), { width: undefined, color: false })
  try {
    await write(io, status, report)
    if (status.runnerContext.RunnerType === 'TEKTON_PIPELINE') {
      await writeFile(join(tektonResults, 'attestation-report'), shortened(report))
    }
  } catch (cause) {
    io.warn(`the report for the CI system was not written: ${(cause as Error).message}`)
  }
}

async function write(io: ReportIo, status: StatusJson, report: string): Promise<void> {
  const summary = io.env['GITHUB_STEP_SUMMARY']
  if (status.runnerContext.RunnerType === 'GITHUB_ACTION' && summary !== undefined) {
    const link =
      status.attestation_view_url === ''
        ? ''
        : `\n[See the attestation](${status.attestation_view_url})\n`
    await appendFile(summary, `## Chainloop attestation\n\n\`\`\`text\n${report}\`\`\`\n${link}`)
  }
  if (status.runnerContext.RunnerType === 'GITLAB_PIPELINE') {
    const path = join(io.cwd, 'chainloop-attestation-report.txt')
    await writeFile(path, report, { mode: 0o600 })
    io.info(`report written to ${path}; name it under artifacts:paths to keep it`)
  }
}

/** All results of a task share 4,096 bytes with its termination message. */
const MAX_RESULT_BYTES = 3500

function shortened(report: string): Uint8Array {
  const bytes = Buffer.from(report)
  if (bytes.byteLength <= MAX_RESULT_BYTES) return bytes
  const tail = '... (truncated)'
  // Half a character at the cut is dropped.
  const kept = new TextDecoder().decode(bytes.subarray(0, MAX_RESULT_BYTES - tail.length), {
    stream: true,
  })
  return Buffer.from(`${kept}${tail}`)
}
