import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Commit } from '@chainloop/attestation/git/commit'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { listen } from '../testing/listen.test.fixture.ts'
import { pullRequestHead } from './pull-request-head.ts'
import { readHead } from './read-head.ts'
import { verifyCommit } from './verify-commit.ts'

let folder: string
const closing: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-verify-'))
  closing.push(() => rm(folder, { recursive: true }))
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const identity = {
  GIT_AUTHOR_NAME: 'Al',
  GIT_AUTHOR_EMAIL: 'al@acme.example',
  GIT_COMMITTER_NAME: 'Al',
  GIT_COMMITTER_EMAIL: 'al@acme.example',
}
const run = (program: string, ...args: readonly string[]): void => {
  execFileSync(program, args, {
    cwd: folder,
    env: { ...process.env, ...identity },
    stdio: 'ignore',
  })
}
const git = (...args: readonly string[]): void => {
  run('git', ...args)
}

/** A commit that is signed with a fresh SSH key. */
async function signedCommit(): Promise<{ commit: Commit; publicKey: string }> {
  run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key'))
  git('init', '--quiet')
  git('config', 'gpg.format', 'ssh')
  git('config', 'user.signingkey', join(folder, 'key'))
  git('commit', '--quiet', '--allow-empty', '-S', '-m', 'signed')
  const commit = await readHead(folder)
  if (!commit) throw new Error('no commit')
  return { commit, publicKey: await readFile(join(folder, 'key.pub'), 'utf8') }
}

async function trust(publicKey: string): Promise<void> {
  await writeFile(join(folder, 'signers'), `al@acme.example ${publicKey}`)
  git('config', 'gpg.ssh.allowedSignersFile', join(folder, 'signers'))
}

const verifyHere = (commit: Commit) => verifyCommit(commit, { cwd: folder, env: {} })

test('git verifies a signature with the keys that it is configured with', async () => {
  const { commit, publicKey } = await signedCommit()
  await trust(publicKey)

  expect(await verifyHere(commit)).toEqual({
    platform: 'git',
    status: 'verified',
    reason: 'valid',
    keyId: expect.stringMatching(/^SHA256:/),
    signatureAlgorithm: 'SSH',
  })
})

test('a key that nobody here knows verifies nothing', async () => {
  const { commit, publicKey } = await signedCommit()
  expect(await verifyHere(commit)).toMatchObject({ status: 'unavailable' })

  await trust(publicKey.replace(/AAAA\S+/, (key) => `${key.slice(0, -8)}AAAAAAAA`))
  expect(await verifyHere(commit)).toMatchObject({ status: 'unavailable' })
})

test('a commit that was changed after it was signed is not verified', async () => {
  const { commit, publicKey } = await signedCommit()
  await trust(publicKey)
  const raw = execFileSync('git', ['cat-file', 'commit', commit.hash], { cwd: folder }).toString()
  const changed = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], {
    cwd: folder,
    input: raw.replace('\n\nsigned', '\n\nforged'),
  })

  expect(await verifyHere({ ...commit, hash: changed.toString().trim() })).toMatchObject({
    status: 'unverified',
    reason: 'invalid',
  })
})

test('a commit without a signature, and one that is not there, have no verdict that fails anything', async () => {
  const { commit } = await signedCommit()
  const { signature: _, ...unsigned } = commit

  expect(await verifyHere(unsigned)).toBeUndefined()
  expect(await verifyHere({ ...commit, hash: 'f'.repeat(40) })).toMatchObject({
    status: 'unavailable',
  })
  expect(await verifyCommit(commit, { cwd: join(folder, 'no'), env: {} })).toBeUndefined()
})

const COMMIT: Commit = {
  hash: 'ab'.repeat(20),
  author: { name: 'Al', email: 'al@acme.example' },
  date: new Date(0),
  message: '',
  remotes: [],
  signature: '-----BEGIN PGP SIGNATURE-----\n…',
}

async function platform(status: number, body: unknown) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  closing.push(async () => server[Symbol.asyncDispose]())
  return { url: `http://${await listen(server)}`, requests }
}

const github = (url: string) => ({
  GITHUB_REPOSITORY: 'acme/web',
  GITHUB_RUN_ID: '1',
  GITHUB_API_URL: url,
  GITHUB_TOKEN: 'secret',
})

test('GitHub is asked about the commits of its runs', async () => {
  const verification = {
    verified: true,
    reason: 'valid',
    signature: '-----BEGIN SSH SIGNATURE-----',
  }
  const { url, requests } = await platform(200, { commit: { verification } })

  expect(await verifyCommit(COMMIT, { cwd: folder, env: github(url) })).toEqual({
    platform: 'github',
    status: 'verified',
    reason: 'valid',
    keyId: '',
    signatureAlgorithm: 'SSH',
  })
  expect(requests[0]?.url).toBe(`/repos/acme/web/commits/${COMMIT.hash}`)
  expect(requests[0]?.headers.authorization).toBe('Bearer secret')
})

const gitlab = (url: string) => ({
  CI_SERVER_URL: url,
  CI_PROJECT_PATH: 'acme/web',
  CI_JOB_TOKEN: 'secret',
})

test('GitLab is asked about the commits of its pipelines', async () => {
  const { url, requests } = await platform(200, {
    signature_type: 'PGP',
    verification_status: 'verified',
    gpg_key_primary_keyid: '8254AAB3FBD54AC9',
  })

  expect(await verifyCommit(COMMIT, { cwd: folder, env: gitlab(url) })).toEqual({
    platform: 'gitlab',
    status: 'verified',
    reason: 'verified',
    keyId: '8254AAB3FBD54AC9',
    signatureAlgorithm: 'PGP',
  })
  expect(requests[0]?.url).toBe(
    `/api/v4/projects/acme%2Fweb/repository/commits/${COMMIT.hash}/signature`,
  )
  expect(requests[0]?.headers['job-token']).toBe('secret')
})

test.each([
  ['GitHub does not know the commit', github, 404, {}, 'unavailable'],
  [
    'GitHub says that it is unsigned',
    github,
    200,
    { commit: { verification: { verified: false, reason: 'unsigned' } } },
    'unverified',
  ],
  ['GitHub says nothing', github, 200, {}, 'unverified'],
  ['GitHub says something else than JSON', github, 200, '<html>', 'unavailable'],
  ['GitLab knows no signature', gitlab, 404, {}, 'not_applicable'],
  ['GitLab is down', gitlab, 503, {}, 'unavailable'],
  [
    'GitLab does not know the key',
    gitlab,
    200,
    { verification_status: 'unknown_key' },
    'unverified',
  ],
] as const)(
  '%s: that is the verdict, and it fails nothing',
  async (_what, envOf, status, body, expected) => {
    const { url } = await platform(status, body)

    expect(await verifyCommit(COMMIT, { cwd: folder, env: envOf(url) })).toMatchObject({
      status: expected,
    })
  },
)

test('a platform that does not answer fails nothing', async () => {
  expect(
    await verifyCommit(COMMIT, { cwd: folder, env: github('http://127.0.0.1:1') }),
  ).toMatchObject({
    status: 'unavailable',
  })
  expect(await verifyCommit(COMMIT, { cwd: folder, env: github('nonsense') })).toMatchObject({
    status: 'unavailable',
  })
})

test('the head of a pull request stands in for the merge that GitHub has made of it', async () => {
  git('init', '--quiet')
  git('commit', '--quiet', '--allow-empty', '--no-gpg-sign', '-m', 'of the request')
  const wanted = (await readHead(folder))?.hash ?? ''
  git('commit', '--quiet', '--allow-empty', '--no-gpg-sign', '-m', 'the merge')
  const event = join(folder, 'event.json')
  await writeFile(event, JSON.stringify({ pull_request: { head: { sha: wanted } } }))
  const env = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: event }

  expect(await pullRequestHead(env)).toBe(wanted)
  expect(await readHead(folder, wanted)).toMatchObject({ hash: wanted, message: 'of the request' })
  const elsewhere = 'c'.repeat(40)
  expect(await readHead(folder, elsewhere)).toMatchObject({ hash: elsewhere, message: 'the merge' })
  expect(
    await pullRequestHead({ ...env, GITHUB_EVENT_NAME: 'pull_request_target' }),
  ).toBeUndefined()
  expect(await pullRequestHead({ ...env, GITHUB_EVENT_PATH: 'no' })).toBeUndefined()
  await writeFile(event, JSON.stringify({ pull_request: { head: { sha: '--upload-pack=x' } } }))
  expect(await pullRequestHead(env)).toBeUndefined()
})
