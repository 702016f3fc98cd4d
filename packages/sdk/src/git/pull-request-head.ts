import { readFile } from 'node:fs/promises'

import type { Environment } from '@chainloop/attestation/runners/runner'

/**
 * The commit that a pull request of GitHub asks to be merged: the working copy is at a merge that exists nowhere else.
 * Undefined for whatever else a run is about; on `pull_request_target` the working copy is not of the request at all.
 */
export async function pullRequestHead(env: Environment): Promise<string | undefined> {
  if (env['GITHUB_EVENT_NAME'] !== 'pull_request') return undefined
  try {
    const event: unknown = JSON.parse(await readFile(env['GITHUB_EVENT_PATH'] ?? '', 'utf8'))
    const { pull_request: request } = event as { pull_request?: { head?: { sha?: unknown } } }
    const sha = request?.head?.sha
    return typeof sha === 'string' && /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(sha) ? sha : undefined
  } catch {
    return undefined
  }
}
