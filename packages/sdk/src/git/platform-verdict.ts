import type { Commit, CommitVerification } from '@chainloop/attestation/git/commit'
import { type Environment, valueOf } from '@chainloop/attestation/runners/runner'

import { getJson } from '../http/get-json.ts'
import { signatureAlgorithm } from './signature-algorithm.ts'

/** https://docs.github.com/en/rest/commits/commits#get-a-commit; read 2026-11-23 */
export async function askGithub(commit: Commit, env: Environment): Promise<CommitVerification> {
  const api = valueOf(env, 'GITHUB_API_BASE_URL') || valueOf(env, 'GITHUB_API_URL')
  const repository = `${(api || 'https://api.github.com').replace(/\/+$/, '')}/repos/${valueOf(env, 'GITHUB_REPOSITORY')}`
  const token = valueOf(env, 'GITHUB_TOKEN')
  const answer = await ask(`${repository}/commits/${commit.hash}`, {
    accept: 'application/vnd.github+json',
    ...(token !== '' && { authorization: `Bearer ${token}` }),
  })
  const base = {
    platform: 'github',
    keyId: '',
    signatureAlgorithm: signatureAlgorithm(commit.signature),
  }
  if (typeof answer === 'string') return { ...base, status: 'unavailable', reason: answer }
  const said = memberOf(memberOf(answer, 'commit'), 'verification')
  return {
    ...base,
    status: memberOf(said, 'verified') === true ? 'verified' : 'unverified',
    reason: text(memberOf(said, 'reason')),
    signatureAlgorithm: signatureAlgorithm(text(memberOf(said, 'signature')) || commit.signature),
  }
}

/** https://docs.gitlab.com/api/commits/#retrieve-signature-of-a-commit; read 2026-11-23 */
export async function askGitlab(commit: Commit, env: Environment): Promise<CommitVerification> {
  const server = valueOf(env, 'CI_SERVER_URL').replace(/\/+$/, '')
  const project = encodeURIComponent(valueOf(env, 'CI_PROJECT_PATH'))
  const url = `${server}/api/v4/projects/${project}/repository/commits/${commit.hash}/signature`
  const answer = await ask(url, { 'job-token': valueOf(env, 'CI_JOB_TOKEN') })
  const base = {
    platform: 'gitlab',
    keyId: '',
    signatureAlgorithm: signatureAlgorithm(commit.signature),
  }
  if (answer === 'status 404') {
    return { ...base, status: 'not_applicable', reason: 'the commit has no signature' }
  }
  if (typeof answer === 'string') return { ...base, status: 'unavailable', reason: answer }
  const reason = text(memberOf(answer, 'verification_status'))
  return {
    ...base,
    status: ['verified', 'verified_system'].includes(reason) ? 'verified' : 'unverified',
    reason,
    keyId: text(memberOf(answer, 'gpg_key_primary_keyid')),
    signatureAlgorithm: text(memberOf(answer, 'signature_type')) || base.signatureAlgorithm,
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** The answer, or why there is none. */
async function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<object | string> {
  try {
    const { status, body } = await getJson(new URL(url), { headers })
    if (status !== 200) return `status ${status}`
    return typeof body === 'object' && body !== null ? body : 'no answer of the API'
  } catch {
    return 'the API does not answer'
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 1000) : ''
}
