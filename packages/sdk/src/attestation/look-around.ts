import type { Commit } from '@chainloop/attestation/git/commit'
import { isChangeRequest } from '@chainloop/attestation/runners/change-request'
import { detectRunner } from '@chainloop/attestation/runners/detect-runner'
import { withTektonVariables } from '@chainloop/attestation/runners/tekton-pod'

import { pullRequestHead } from '../git/pull-request-head.ts'
import { readHead } from '../git/read-head.ts'
import { verifyCommit } from '../git/verify-commit.ts'
import { tektonPod } from '../runners/tekton-pod.ts'
import type { Surroundings } from './init-input.ts'
import type { Machine } from './plan-session.ts'

interface Wish {
  readonly isPullRequest?: boolean | undefined
  /** Jobs with an identity state the commit that their platform vouches for. */
  readonly isAccount: boolean
}

/** What can be found out about the machine, the CI system and the working copy. Nothing of it fails a run. */
export async function lookAround(
  { cwd, env: given, token }: Surroundings,
  { isPullRequest, isAccount }: Wish,
): Promise<{ readonly machine: Machine; readonly warnings: readonly string[] }> {
  const env = await withTektonVariables(given, tektonPod(given))
  const runner = detectRunner(env)
  const wanted = isAccount ? await pullRequestHead(env) : undefined
  const { head, warnings } = recordable(await readHead(cwd, wanted))
  const verification = head && (await verifyCommit(head, { cwd, env }))
  return {
    machine: {
      env,
      runner,
      head: head && { ...head, ...(verification && { verification }) },
      isPullRequest: isPullRequest ?? isChangeRequest(env, runner.type),
      token,
    },
    warnings,
  }
}

/** Statements name commits by SHA-1; a SHA-256 could be taken for that of an artifact. */
function recordable(head: Commit | undefined): {
  readonly head: Commit | undefined
  readonly warnings: readonly string[]
} {
  if (head === undefined || head.hash.length === 40) return { head, warnings: [] }
  return {
    head: undefined,
    warnings: [`the repository names commits by SHA-256: ${head.hash} is not recorded`],
  }
}
