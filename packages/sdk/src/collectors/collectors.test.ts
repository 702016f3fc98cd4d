import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { sha256, hexOf } from '@chainloop/attestation/digest'
import { inspectMaterial } from '@chainloop/attestation/materials/craft'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { listen } from '../testing/listen.test.fixture.ts'
import { collectAgentConfig } from './agent-config.ts'
import { collectPullRequest } from './collect-pull-request.ts'
import type { Collected } from './collected.ts'

let folder: string
const closing: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-collect-'))
  closing.push(() => rm(folder, { recursive: true }))
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function file(path: string, content: string | object): Promise<string> {
  const place = join(folder, path)
  await mkdir(dirname(place), { recursive: true })
  await writeFile(place, typeof content === 'string' ? content : JSON.stringify(content))
  return place
}

async function api(answers: Readonly<Record<string, unknown>>) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    const answer = answers[request.url ?? '']
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}))
  })
  closing.push(async () => server[Symbol.asyncDispose]())
  return { url: `http://${await listen(server)}`, requests }
}

/** The crafter of the kind takes it, so that it can be added. */
async function dataOf(collected: Collected | undefined): Promise<unknown> {
  if (collected === undefined) return undefined
  const bytes = Buffer.from(JSON.stringify(collected.document))
  await inspectMaterial(collected.kind, {
    name: `${collected.name}.json`,
    size: bytes.byteLength,
    async *open() {
      yield bytes
    },
  })
  return (collected.document as { data: unknown }).data
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request, read 2026-11-23; shortened */
const EVENT = {
  action: 'opened',
  number: 7,
  pull_request: {
    number: 7,
    html_url: 'https://github.com/acme/web/pull/7',
    title: 'Add a door',
    body: null,
    user: { login: 'alice', type: 'User' },
    head: { ref: 'feature', sha: 'ab'.repeat(20) },
    base: { ref: 'main' },
    requested_reviewers: [{ login: 'bob', type: 'User' }],
  },
}

const github = async (event: unknown = EVENT) => ({
  GITHUB_EVENT_NAME: 'pull_request',
  GITHUB_EVENT_PATH: await file('event.json', event as object),
  GITHUB_REPOSITORY: 'acme/web',
})

test('a pull request of GitHub is recorded with those who were asked to review it', async () => {
  const collected = await collectPullRequest(await github())

  expect(collected).toMatchObject({ name: 'pr-metadata-7', kind: 'CHAINLOOP_PR_INFO' })
  expect(await dataOf(collected)).toEqual({
    platform: 'github',
    type: 'pull_request',
    number: '7',
    url: 'https://github.com/acme/web/pull/7',
    title: 'Add a door',
    source_branch: 'feature',
    target_branch: 'main',
    author: { login: 'alice', type: 'User' },
    reviewers: [{ login: 'bob', type: 'User', requested: true }],
  })
})

test('with a token GitHub is asked who has said what: the last word of each counts', async () => {
  const review = (login: string, state: string, type = 'User') => ({ user: { login, type }, state })
  const { url, requests } = await api({
    '/repos/acme/web/pulls/7/requested_reviewers': { users: [{ login: 'carol', type: 'User' }] },
    '/repos/acme/web/pulls/7/reviews?per_page=100': [
      review('bob', 'CHANGES_REQUESTED'),
      review('robot', 'COMMENTED', 'Bot'),
      review('bob', 'APPROVED'),
      review('eve', 'SOMETHING_NEW', 'Organization'),
    ],
  })
  const env = { ...(await github()), GITHUB_TOKEN: 'secret', GITHUB_API_BASE_URL: `${url}/` }

  const data = await dataOf(await collectPullRequest(env))

  expect(data).toMatchObject({
    reviewers: [
      { login: 'bob', type: 'User', requested: true, review_status: 'APPROVED' },
      { login: 'carol', type: 'User', requested: true },
      { login: 'robot', type: 'Bot', requested: false, review_status: 'COMMENTED' },
      { login: 'eve', type: 'unknown', requested: false },
    ],
  })
  expect(requests.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer secret',
    'Bearer secret',
  ])
})

test('an API that does not answer leaves the reviewers out', async () => {
  const env = { ...(await github()), GITHUB_TOKEN: 'x', GITHUB_API_URL: 'http://127.0.0.1:1' }

  expect(await dataOf(await collectPullRequest(env))).toMatchObject({ number: '7' })
})

/** https://docs.gitlab.com/ci/variables/predefined_variables/, read 2026-11-23 */
const GITLAB = {
  CI_PIPELINE_SOURCE: 'merge_request_event',
  CI_MERGE_REQUEST_IID: '3',
  CI_MERGE_REQUEST_TITLE: 'Add a door',
  CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'feature',
  CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
  CI_MERGE_REQUEST_PROJECT_URL: 'https://git.acme.example/acme/web',
  CI_MERGE_REQUEST_PROJECT_PATH: 'acme/web',
  CI_JOB_TOKEN: 'secret',
}

test('a merge request of GitLab is recorded, with its author where the job may ask', async () => {
  const { url, requests } = await api({
    '/api/v4/projects/acme%2Fweb/merge_requests/3': {
      author: { username: 'project_9_bot_4f' },
      reviewers: [{ username: 'bob' }],
    },
  })

  const collected = await collectPullRequest({ ...GITLAB, CI_SERVER_URL: url })

  expect(collected?.name).toBe('pr-metadata-3')
  expect(await dataOf(collected)).toEqual({
    platform: 'gitlab',
    type: 'merge_request',
    number: '3',
    url: 'https://git.acme.example/acme/web/-/merge_requests/3',
    title: 'Add a door',
    source_branch: 'feature',
    target_branch: 'main',
    author: { login: 'project_9_bot_4f', type: 'Bot' },
    reviewers: [{ login: 'bob', type: 'User', requested: true }],
  })
  expect(requests[0]?.headers['job-token']).toBe('secret')
  const alone = await collectPullRequest({ ...GITLAB, CI_SERVER_URL: 'http://127.0.0.1:1' })
  expect(await dataOf(alone)).not.toHaveProperty('author')
})

test.each<[string, unknown, string]>([
  ['is no JSON', '{', 'JSON'],
  ['names no request', {}, 'names no pull request'],
  [
    'has a number that is a path',
    { pull_request: { number: '../1', html_url: 'x' } },
    'names no pull request',
  ],
])('an event that %s is an error, and no evidence', async (_what, event, message) => {
  await expect(collectPullRequest(await github(event))).rejects.toThrow(message)
})

test('a run that is about no change has none', async () => {
  expect(await collectPullRequest({ GITHUB_EVENT_NAME: 'push' })).toBeUndefined()
  expect(await collectPullRequest({ CI_PIPELINE_SOURCE: 'push' })).toBeUndefined()
})

const collectHere = () => collectAgentConfig({ cwd: folder, env: {}, head: undefined })

test('each agent that has files of its own is recorded, with the files that all of them read', async () => {
  await file('AGENTS.md', 'be nice')
  await file('CLAUDE.md', 'be brief')
  await file('.claude/skills/test/SKILL.md', 'how to test')
  await file('.claude/agents/reviewer.md', 'reviews')
  await file('.cursor/rules/deep/style.mdc', 'two spaces')

  const collected = await collectHere()

  expect(collected.map(({ name }) => name)).toEqual([
    'ai-agent-config-claude',
    'ai-agent-config-cursor',
  ])
  expect(await dataOf(collected[0])).toMatchObject({
    agent: { name: 'claude' },
    config_files: [
      { path: '.claude/agents/reviewer.md', kind: 'agent' },
      { path: '.claude/skills/test/SKILL.md', kind: 'skill' },
      { path: 'AGENTS.md', kind: 'instruction' },
      {
        path: 'CLAUDE.md',
        kind: 'instruction',
        size: 8,
        sha256: hexOf(sha256(Buffer.from('be brief'))),
        content: Buffer.from('be brief').toString('base64'),
      },
    ],
  })
  expect(await dataOf(collected[1])).toMatchObject({
    config_files: [{ path: '.cursor/rules/deep/style.mdc' }, { path: 'AGENTS.md' }],
  })
})

test('servers are recorded without the values of their environment, and so are settings', async () => {
  const env = { KEY: 'S3CRET' }
  await file('.mcp.json', { mcpServers: { web: { command: 'npx', args: ['web'], env } } })
  await file('.claude/settings.json', {
    env,
    mcpServers: { far: { url: 'https://u:S3CRET@mcp.acme.example/x?key=S3CRET', headers: env } },
  })

  const [collected] = await collectHere()

  const data = (await dataOf(collected)) as { config_files: { content: string }[] }
  expect(data).toMatchObject({
    mcp_servers: [
      { name: 'web', command: 'npx', args: ['web'], env_keys: ['KEY'] },
      { name: 'far', url: 'https://mcp.acme.example/x' },
    ],
  })
  const texts = data.config_files.map(({ content }) => Buffer.from(content, 'base64').toString())
  expect([JSON.stringify(collected), ...texts].join()).not.toContain('S3CRET')
})

test('a file that leads out of the folder is refused', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'chainloop-outside-'))
  closing.push(() => rm(outside, { recursive: true }))
  await writeFile(join(outside, 'secret'), 'S3CRET')
  await symlink(join(outside, 'secret'), join(folder, 'CLAUDE.md'))

  await expect(collectHere()).rejects.toThrow('leads out of the folder')
})

test('a folder without agents has nothing to record', async () => {
  await file('AGENTS.md', 'be nice')

  expect(await collectHere()).toEqual([])
})
