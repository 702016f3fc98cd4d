import type { Collector } from '@chainloop/sdk/collectors/collect-evidence'

import { UsageError } from '../../core/exit.ts'

interface Combination {
  readonly version: string | undefined
  readonly latestVersion: boolean | undefined
  readonly markLatest: boolean | undefined
  readonly dryRun: boolean | undefined
  readonly remoteState: boolean | undefined
}

export function checkCombination(options: Combination): void {
  const { version, latestVersion, markLatest, dryRun, remoteState } = options
  if (latestVersion === true && version !== undefined) {
    throw new UsageError('--version and --latest-version exclude each other')
  }
  if (latestVersion === true && markLatest !== undefined) {
    throw new UsageError('--mark-latest and --latest-version exclude each other')
  }
  if (dryRun === true && remoteState === true) {
    throw new UsageError('a dry run keeps no remote state')
  }
}

interface VersionWish {
  readonly version: string | undefined
  readonly latestVersion: boolean | undefined
  readonly existingVersion: boolean | undefined
  readonly release: boolean | undefined
}

/** What was said, or else what `.chainloop.yml` says; undefined for the latest, and where nobody says anything. */
export async function versionOf(wish: VersionWish, cwd: string): Promise<string | undefined> {
  if (wish.latestVersion === true) return undefined
  const { findProjectVersion } = await import('@chainloop/sdk/attestation/project-version')
  const version = wish.version ?? (await findProjectVersion(cwd))
  const needs = wish.release === true ? '--release' : wish.existingVersion && '--existing-version'
  if (version === undefined && needs) {
    throw new UsageError(
      `${needs} needs a version`,
      'give --version, or projectVersion in .chainloop.yml',
    )
  }
  return version
}

export function collectorsOf(names: readonly string[]): readonly Collector[] {
  return names.map((name) => {
    if (name === 'aiconfig') return name
    throw new UsageError(`there is no collector ${name}`, 'there is one: aiconfig')
  })
}
