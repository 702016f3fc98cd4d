import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Environment } from '@chainloop/attestation/runners/runner'

import { addMaterial } from '../attestation/add-material.ts'
import type { OpenRun } from '../attestation/open-run.ts'
import { collectAgentConfig } from './agent-config.ts'
import { collectPullRequest, isAboutPullRequest } from './collect-pull-request.ts'
import type { Collected } from './collected.ts'

/** What is collected besides the change that a run is about, which always is. */
export type Collector = 'aiconfig'

export interface CollectOptions {
  readonly cwd: string
  readonly env: Environment
  readonly collectors: readonly Collector[]
}

/** Most runs are about no pull request, and cost nothing more. */
export function hasSomethingToCollect({ env, collectors }: CollectOptions): boolean {
  return collectors.length > 0 || isAboutPullRequest(env)
}

export interface CollectedEvidence {
  /** Names of the materials that were added. */
  readonly added: readonly string[]
  /** What could not be collected, and why. Nothing of it fails the run. */
  readonly warnings: readonly string[]
}

/** Adds what can be found out about a run that was just started. Never rejects. */
export async function collectEvidence(
  run: OpenRun,
  { cwd, env, collectors }: CollectOptions,
): Promise<CollectedEvidence> {
  const { head } = run.session.state
  const added: string[] = []
  const warnings: string[] = []
  const sources = {
    'the pull request': async () => [await collectPullRequest(env)],
    'the configuration of AI agents': () =>
      collectors.includes('aiconfig')
        ? collectAgentConfig({ cwd, env, head })
        : Promise.resolve([]),
  }
  for (const [what, collect] of Object.entries(sources)) {
    try {
      const found = await collect()
      for (const one of found) if (one) added.push(await add(run, env, one))
    } catch (cause) {
      warnings.push(`${what} was not recorded: ${messageOf(cause)}`)
    }
  }
  return { added, warnings }
}

async function add(
  run: OpenRun,
  env: Environment,
  { name, kind, document }: Collected,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chainloop-collected-'))
  try {
    const path = join(folder, `${name}.json`)
    await writeFile(path, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 })
    await addMaterial(run, { name, kind, value: path, env })
    return name
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function messageOf(cause: unknown): string {
  const { message } = cause as { readonly message?: unknown }
  return typeof message === 'string' ? message : String(cause)
}
