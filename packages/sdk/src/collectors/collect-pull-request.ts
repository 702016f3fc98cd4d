import { isOfGithub, isOfGitlab } from '@chainloop/attestation/runners/change-request'
import type { Environment } from '@chainloop/attestation/runners/runner'

import { type Collected, envelope } from './collected.ts'
import { githubPullRequest } from './github-pull-request.ts'
import { gitlabMergeRequest } from './gitlab-merge-request.ts'
import type { PullRequest } from './pull-request.ts'

const SCHEMA = 'prinfo/1.3/pr-info.schema.json'

/** The change that a run is about; undefined when it is about none. Rejects when what the CI system says is broken. */
export async function collectPullRequest(env: Environment): Promise<Collected | undefined> {
  const found = await find(env)
  if (found === undefined) return undefined
  return {
    name: `pr-metadata-${found.number}`,
    kind: 'CHAINLOOP_PR_INFO',
    document: envelope('CHAINLOOP_PR_INFO', SCHEMA, found),
  }
}

/** By what the system around says, so that it also works within Dagger. */
async function find(env: Environment): Promise<PullRequest | undefined> {
  if (isOfGithub(env)) return githubPullRequest(env)
  return isOfGitlab(env) ? gitlabMergeRequest(env) : undefined
}

export function isAboutPullRequest(env: Environment): boolean {
  return isOfGithub(env) || isOfGitlab(env)
}
