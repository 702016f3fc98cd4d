import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, expect, test } from '@jest/globals'

import { listen } from '../testing/listen.test.fixture.ts'
import { findJobTokens, type JobOptions } from './job-tokens.ts'

const TOKEN = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJqb2IifQ.c2ln'
const AUDIENCE = 'https://chainloop.acme.example'

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
const closing: (() => Promise<unknown>)[] = []

async function github(
  answer: (request: IncomingMessage) => { readonly status?: number; readonly body: string },
): Promise<{ readonly env: JobOptions['env']; readonly requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    const { status = 200, body } = answer(request)
    response.writeHead(status).end(body)
  })
  closing.push(async () => server[Symbol.asyncDispose]())
  const env = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://${await listen(server)}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret',
  }
  return { env, requests }
}

test('GitHub is asked for a token for this audience, with the secret of the job', async () => {
  const { env, requests } = await github(() => ({ body: JSON.stringify({ value: TOKEN }) }))

  const token = await findJobTokens({ env })?.token(AUDIENCE)

  expect(token).toBe(TOKEN)
  expect(requests[0]?.url).toBe(`/token?api-version=2.0&audience=${encodeURIComponent(AUDIENCE)}`)
  expect(requests[0]?.headers.authorization).toBe('Bearer secret')
})

test.each([
  ['an error', 500, '{}', 'status 500'],
  ['no JSON', 200, '<html>', 'GitHub Actions gave no identity token'],
  ['no token', 200, '{}', 'something that is not a token'],
  ['something else', 200, '{"value":"a\\nb"}', 'something that is not a token'],
  ['too much', 200, JSON.stringify({ value: 'x'.repeat(100_000) }), 'no identity token'],
])('GitHub answering with %s is told, without the secret', async (_what, status, body, message) => {
  const { env } = await github(() => ({ status, body }))

  const asked = findJobTokens({ env })?.token(AUDIENCE)

  await expect(asked).rejects.toMatchObject({
    name: 'NoCredentials',
    message: expect.stringContaining(message),
  })
  await expect(asked).rejects.not.toThrow('secret')
})

interface Ran {
  readonly program: string
  readonly args: readonly string[]
}

test.each<[string, JobOptions['env'], Ran]>([
  [
    'Buildkite, with the claims that nobody can take over',
    { BUILDKITE: 'true', BUILDKITE_JOB_ID: 'e44f9784' },
    {
      program: 'buildkite-agent',
      args: [
        'oidc',
        'request-token',
        '--audience',
        AUDIENCE,
        '--claim',
        'organization_id',
        '--claim',
        'pipeline_id',
      ],
    },
  ],
  [
    'CircleCI, and not the token for everybody in its variables',
    { CIRCLECI: 'true', CIRCLE_OIDC_TOKEN_V2: 'for.every.body' },
    { program: 'circleci', args: ['run', 'oidc', 'get', '--claims', `{"aud":"${AUDIENCE}"}`] },
  ],
])('the program of %s is asked', async (_what, env, expected) => {
  const ran: Ran[] = []
  const run = async (program: string, args: readonly string[]): Promise<string> => {
    ran.push({ program, args })
    return `${TOKEN}\n`
  }

  expect(await findJobTokens({ env, run })?.token(AUDIENCE)).toBe(TOKEN)
  expect(ran).toEqual([expected])
})

test('a program that is not there is told', async () => {
  const tokens = findJobTokens({ env: { BUILDKITE: 'true', BUILDKITE_JOB_ID: 'x' } })

  await expect(tokens?.token(AUDIENCE)).rejects.toThrow(
    'buildkite-agent gave no identity token: it is not there',
  )
})

test('variables and files hold tokens too, and what is set on purpose comes first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chainloop-oidc-'))
  closing.push(() => rm(folder, { recursive: true }))
  const file = join(folder, 'token')
  await writeFile(file, `${TOKEN}\n`)

  const gitlab = { GITLAB_CI: 'true', GITLAB_OIDC: 'git.l.ab' }
  expect(await findJobTokens({ env: gitlab })?.token(AUDIENCE)).toBe('git.l.ab')
  const variable = { ...gitlab, CHAINLOOP_OIDC_TOKEN: 'v.a.r', CHAINLOOP_OIDC_AUDIENCE: 'a' }
  expect(findJobTokens({ env: variable })).toMatchObject({
    source: 'CHAINLOOP_OIDC_TOKEN',
    audience: 'a',
  })
  const path = { ...variable, CHAINLOOP_OIDC_TOKEN_FILE: file }
  expect(await findJobTokens({ env: path })?.token(AUDIENCE)).toBe(TOKEN)
  const missing = { CHAINLOOP_OIDC_TOKEN_FILE: join(folder, 'no') }
  await expect(findJobTokens({ env: missing })?.token(AUDIENCE)).rejects.toThrow('it is not there')
})

test.each<[string, JobOptions['env']]>([
  ['a machine that nobody knows', { PATH: '/usr/bin' }],
  ['a GitHub job that may not have tokens', { GITHUB_ACTIONS: 'true' }],
  ['empty variables', { CHAINLOOP_OIDC_TOKEN: '', GITLAB_OIDC: '' }],
])('%s has no identity', (_what, env) => {
  expect(findJobTokens({ env })).toBeUndefined()
})
