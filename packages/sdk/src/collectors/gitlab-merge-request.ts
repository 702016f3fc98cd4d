import { type Environment, isSet, valueOf } from '@chainloop/attestation/runners/runner'

import { getJson } from '../http/get-json.ts'
import type { Person, PullRequest } from './pull-request.ts'
import { listAt, textAt } from './shape.ts'

/** https://docs.gitlab.com/ci/variables/predefined_variables/, read 2026-11-23 */
export async function gitlabMergeRequest(env: Environment): Promise<PullRequest> {
  const number = valueOf(env, 'CI_MERGE_REQUEST_IID')
  const project = valueOf(env, 'CI_MERGE_REQUEST_PROJECT_URL') || valueOf(env, 'CI_PROJECT_URL')
  if (!/^\d+$/.test(number) || project === '') {
    throw new Error('the variables of GitLab name no merge request')
  }
  const said = await askGitlab(env, number)
  const author = person(said, 'author')
  const reviewers = listAt(said, 'reviewers').flatMap((one) => {
    const found = person(one)
    return found ? [{ ...found, requested: true }] : []
  })
  const variables = {
    title: valueOf(env, 'CI_MERGE_REQUEST_TITLE'),
    description: valueOf(env, 'CI_MERGE_REQUEST_DESCRIPTION'),
    source_branch: valueOf(env, 'CI_MERGE_REQUEST_SOURCE_BRANCH_NAME'),
    target_branch: valueOf(env, 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME'),
  }
  return {
    platform: 'gitlab',
    type: 'merge_request',
    number,
    url: `${project}/-/merge_requests/${number}`,
    ...Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== '')),
    ...(author && { author }),
    ...(reviewers.length > 0 && { reviewers }),
  }
}

function person(value: unknown, ...path: readonly string[]): Person | undefined {
  const login = textAt(value, ...path, 'username')
  if (login === undefined) return undefined
  // GitLab names the users of project and group access tokens this way.
  const isBot = /^(?:project|group)_\d+_bot/.test(login)
  return { login, type: isBot ? 'Bot' : 'User' }
}

/** https://docs.gitlab.com/api/merge_requests/#retrieve-a-merge-request; a job's token may not be allowed to ask. */
async function askGitlab(env: Environment, number: string): Promise<unknown> {
  if (!isSet(env, 'CI_JOB_TOKEN') || !isSet(env, 'CI_SERVER_URL')) return undefined
  const server = valueOf(env, 'CI_SERVER_URL').replace(/\/+$/, '')
  const path = valueOf(env, 'CI_MERGE_REQUEST_PROJECT_PATH') || valueOf(env, 'CI_PROJECT_PATH')
  const url = `${server}/api/v4/projects/${encodeURIComponent(path)}/merge_requests/${number}`
  try {
    const headers = { 'job-token': valueOf(env, 'CI_JOB_TOKEN') }
    const { status, body } = await getJson(new URL(url), { headers })
    return status === 200 ? body : undefined
  } catch {
    return undefined
  }
}
