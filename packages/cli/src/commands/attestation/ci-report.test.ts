import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { exampleSession } from '@chainloop/sdk/testing/example-session.test.fixture'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { writeCiReport } from './ci-report.ts'
import { statusJson } from './status-json.ts'

const digest = `sha256:${'ab'.repeat(32)}`
const status = statusJson({ session: exampleSession(), outstanding: [] }, digest)

let folder: string
let said: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-report-'))
  said = []
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

const io = (env: Record<string, string> = {}) => ({
  env,
  cwd: folder,
  info: (message: string) => said.push(message),
  warn: (message: string) => said.push(message),
})

test('GitHub gets a summary of the step, after what other steps wrote', async () => {
  const summary = join(folder, 'summary.md')
  await writeFile(summary, 'before\n')

  await writeCiReport(io({ GITHUB_STEP_SUMMARY: summary }), status)

  const text = await readFile(summary, 'utf8')
  expect(text).toMatch(/^before\n## Chainloop attestation\n/)
  expect(text).toContain(digest)
  expect(text).toContain(`(https://ui.acme.example/u/acme/workflow-runs/${digest})`)
  expect(text).not.toContain('\u{1b}')
})

test('GitLab gets a file that can be kept as an artifact', async () => {
  const runnerContext = { ...status.runnerContext, RunnerType: 'GITLAB_PIPELINE' }

  await writeCiReport(io(), { ...status, runnerContext })

  const path = join(folder, 'chainloop-attestation-report.txt')
  expect(await readFile(path, 'utf8')).toContain(digest)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(said.join()).toContain('artifacts:paths')
})

test('Tekton gets a result that fits, cut between characters', async () => {
  const runnerContext = { ...status.runnerContext, RunnerType: 'TEKTON_PIPELINE' }
  const annotations = [{ name: 'long', value: 'ü'.repeat(5000) }]
  const path = join(folder, 'attestation-report')

  await writeCiReport(io(), { ...status, runnerContext }, { tektonResults: folder })
  const short = await readFile(path, 'utf8')
  await writeCiReport(io(), { ...status, runnerContext, annotations }, { tektonResults: folder })
  const long = await readFile(path)

  expect(short).toContain(digest)
  expect(long.byteLength).toBeLessThanOrEqual(3500)
  expect(long.toString()).toMatch(/[^\ufffd]\.\.\. \(truncated\)$/)
})

test('a machine that nobody knows gets none', async () => {
  const runnerContext = { ...status.runnerContext, RunnerType: 'RUNNER_TYPE_UNSPECIFIED' }

  await writeCiReport(io({ GITHUB_STEP_SUMMARY: join(folder, 'no') }), { ...status, runnerContext })

  expect(await readdir(folder)).toEqual([])
  expect(said).toEqual([])
})

test('trouble with the report is told and fails nothing', async () => {
  await writeCiReport(io({ GITHUB_STEP_SUMMARY: join(folder, 'no', 'such', 'folder') }), status)

  expect(said.join()).toContain('the report for the CI system was not written')
})
