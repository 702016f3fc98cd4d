import type { Commit, CommitVerification } from '@chainloop/attestation/git/commit'
import type { Environment } from '@chainloop/attestation/runners/runner'

import { askGithub, askGitlab } from './platform-verdict.ts'
import { verifyLocally } from './verify-locally.ts'

/**
 * Whether somebody vouches for the signature of a commit: the platform that the run is on, otherwise git with the keys
 * that are configured here. Undefined where nobody can be asked. Never fails a run.
 */
export async function verifyCommit(
  commit: Commit,
  { cwd, env }: { readonly cwd: string; readonly env: Environment },
): Promise<CommitVerification | undefined> {
  try {
    if (isSet(env, 'GITHUB_REPOSITORY', 'GITHUB_RUN_ID')) return await askGithub(commit, env)
    if (isSet(env, 'CI_SERVER_URL', 'CI_PROJECT_PATH', 'CI_JOB_TOKEN')) {
      return await askGitlab(commit, env)
    }
    return await verifyLocally(commit, cwd)
  } catch {
    return undefined
  }
}

function isSet(env: Environment, ...names: readonly string[]): boolean {
  return names.every((name) => (env[name] ?? '') !== '')
}
