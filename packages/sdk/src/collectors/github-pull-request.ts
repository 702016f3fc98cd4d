import { readFile } from 'node:fs/promises'

import { type Environment, valueOf } from '@chainloop/attestation/runners/runner'

import { getJson } from '../http/get-json.ts'
import {
  mergeReviewers,
  type Person,
  type PullRequest,
  REVIEW_STATUSES,
  type Reviewer,
} from './pull-request.ts'
import { known, listAt, textAt } from './shape.ts'

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request, read 2026-11-23 */
export async function githubPullRequest(env: Environment): Promise<PullRequest> {
  const event: unknown = JSON.parse(await readFile(valueOf(env, 'GITHUB_EVENT_PATH'), 'utf8'))
  const request = (...path: readonly string[]): string | undefined =>
    textAt(event, 'pull_request', ...path)
  const number = request('number')
  const url = request('html_url')
  if (number === undefined || url === undefined || !/^\d+$/.test(number)) {
    throw new Error('the event of GitHub names no pull request')
  }
  const author = person(textAt(event, 'pull_request', 'user', 'login'), request('user', 'type'))
  const reviewers = mergeReviewers([
    ...requested(listAt(event, 'pull_request', 'requested_reviewers')),
    ...(await askReviewers(env, number)),
  ])
  return {
    platform: 'github',
    type: 'pull_request',
    number,
    url,
    ...known({
      title: request('title'),
      description: request('body'),
      source_branch: request('head', 'ref'),
      target_branch: request('base', 'ref'),
    }),
    ...(author && { author }),
    ...(reviewers.length > 0 && { reviewers }),
  }
}

function person(login: string | undefined, type: string | undefined): Person | undefined {
  if (login === undefined) return undefined
  return { login, type: type === 'User' || type === 'Bot' ? type : 'unknown' }
}

function requested(users: readonly unknown[]): readonly Reviewer[] {
  return users.flatMap((user) => {
    const found = person(textAt(user, 'login'), textAt(user, 'type'))
    return found ? [{ ...found, requested: true }] : []
  })
}

/** Who was asked since, and who has said what, in the order in which they said it. None without a token. */
async function askReviewers(env: Environment, number: string): Promise<readonly Reviewer[]> {
  const token = valueOf(env, 'GITHUB_TOKEN')
  if (token === '') return []
  const api = valueOf(env, 'GITHUB_API_BASE_URL') || valueOf(env, 'GITHUB_API_URL')
  const pulls = `${(api || 'https://api.github.com').replace(/\/+$/, '')}/repos/${valueOf(env, 'GITHUB_REPOSITORY')}/pulls/${number}`
  const get = async (path: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' }
    const { status, body } = await getJson(new URL(`${pulls}/${path}`), { headers })
    return status === 200 ? body : undefined
  }
  try {
    const [asked, said] = [await get('requested_reviewers'), await get('reviews?per_page=100')]
    return [...requested(listAt(asked, 'users')), ...reviews(Array.isArray(said) ? said : [])]
  } catch {
    return []
  }
}

function reviews(said: readonly unknown[]): readonly Reviewer[] {
  return said.flatMap((review) => {
    const found = person(textAt(review, 'user', 'login'), textAt(review, 'user', 'type'))
    const state = REVIEW_STATUSES.find((one) => one === textAt(review, 'state'))
    return found ? [{ ...found, requested: false, ...(state && { review_status: state }) }] : []
  })
}
