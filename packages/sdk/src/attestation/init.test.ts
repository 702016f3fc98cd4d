import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { collectEvidence } from '../collectors/collect-evidence.ts'
import { type FakeControlPlane, startControlPlane } from '../testing/control-plane.test.fixture.ts'
import type { InitInput, Started } from './init-input.ts'
import { initAttestation } from './init.ts'
import { openRun } from './open-run.ts'

const CONTRACT = `apiVersion: chainloop.dev/v1
kind: Contract
metadata: { name: web-build }
spec: { materials: [] }
`

let folder: string
let server: FakeControlPlane
let state: { readonly type: 'local'; readonly path: string }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-init-'))
  server = await startControlPlane({ contract: CONTRACT })
  state = { type: 'local', path: join(folder, 'state.json') }
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

function init(env: Record<string, string>, input: Partial<InitInput> = {}): Promise<Started> {
  const wanted = { project: 'web', workflow: 'build', state, ...input }
  return initAttestation(server.client, wanted, { cwd: folder, env, token: 'account-token' })
}

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
    .toString()
    .trim()

function commit(message: string): string {
  const who = ['-c', 'user.name=Al', '-c', 'user.email=al@acme.example']
  git(...who, 'commit', '--quiet', '--allow-empty', '--no-gpg-sign', '-m', message)
  return git('rev-parse', 'HEAD')
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/variables, read 2026-11-23 */
async function pullRequest(sha: string): Promise<Record<string, string>> {
  const event = join(folder, 'event.json')
  const url = 'https://github.com/acme/web/pull/7'
  await writeFile(
    event,
    JSON.stringify({ pull_request: { number: 7, html_url: url, head: { sha, ref: 'feature' } } }),
  )
  return {
    CI: 'true',
    GITHUB_ACTOR: 'alice',
    GITHUB_API_URL: 'http://127.0.0.1:1',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: event,
    GITHUB_REF: 'refs/pull/7/merge',
    GITHUB_REPOSITORY: 'acme/web',
    GITHUB_REPOSITORY_OWNER: 'acme',
    GITHUB_RUN_ID: '17',
    GITHUB_SHA: 'ab'.repeat(20),
    RUNNER_NAME: 'GitHub Actions 12',
    RUNNER_OS: 'Linux',
  }
}

test('a run about a pull request says so, is about its commit, and records it', async () => {
  git('init', '--quiet')
  const wanted = commit('of the request')
  commit('the merge')
  const env = await pullRequest(wanted)

  const { session, warnings } = await init(env)
  const run = await openRun(server.client, state)
  const collected = await collectEvidence(run, { cwd: folder, env, collectors: [] })

  expect(warnings).toEqual([])
  expect(session.state.annotations).toEqual({ 'chainloop.dev/is-pull-request': 'true' })
  expect(session.state.head).toMatchObject({
    hash: wanted,
    message: 'of the request',
    verification: { platform: 'github', status: 'unavailable' },
  })
  expect(collected).toEqual({ added: ['pr-metadata-7'], warnings: [] })
  const { session: after } = await openRun(server.client, state)
  expect(after.state.materials).toMatchObject([
    { name: 'pr-metadata-7', kind: 'CHAINLOOP_PR_INFO', required: false, output: false },
  ])
})

test('what cannot be collected fails no run', async () => {
  const env = await pullRequest('x')
  await init(env)
  await writeFile(join(folder, 'event.json'), '{')
  const run = await openRun(server.client, state)

  const { added, warnings } = await collectEvidence(run, { cwd: folder, env, collectors: [] })

  expect(added).toEqual([])
  expect(warnings).toEqual([expect.stringContaining('the pull request was not recorded')])
})

test('who starts the run has the last word on what it is about', async () => {
  const about = await init({}, { isPullRequest: true })
  expect(about.session.state.annotations).toHaveProperty(['chainloop.dev/is-pull-request'])

  const env = await pullRequest('ab'.repeat(20))
  const notAbout = await init(env, { isPullRequest: false, replace: true })
  expect(notAbout.session.state.annotations).toEqual({})
})

test('a repository whose commits have other names costs the commit, not the run', async () => {
  git('init', '--quiet', '--object-format=sha256')
  const hash = commit('one')

  const { session, warnings } = await init({})

  expect(hash).toHaveLength(64)
  expect(session.state.head).toBeUndefined()
  expect(warnings).toEqual([expect.stringContaining(hash)])
})
