import type { Predicate } from '@chainloop/attestation/predicate/predicate'

import type { JobIdentity } from '../identities/job-identity.ts'
import type { Platform } from '../identities/platforms.ts'
import type { FieldStatus } from './field-status.ts'
import { refuse } from './refusal.ts'

type Known = (identity: JobIdentity) => string | undefined

/** Variables that say what the platform's token says too. */
const VARIABLES: Partial<Readonly<Record<Platform, Readonly<Record<string, Known>>>>> = {
  github: {
    GITHUB_REPOSITORY: ({ repository }) => pathOf(repository),
    GITHUB_REF: ({ ref }) => ref,
    GITHUB_SHA: ({ commit }) => commit,
    GITHUB_RUN_ID: ({ pipeline }) => pipeline?.split('/').at(-1),
    GITHUB_EVENT_NAME: ({ trigger }) => trigger,
    RUNNER_ENVIRONMENT: ({ environment }) => environment,
  },
  gitlab: {
    CI_PROJECT_PATH: ({ repository }) => pathOf(repository),
    CI_COMMIT_SHA: ({ commit }) => commit,
    CI_PIPELINE_ID: ({ pipeline }) => pipeline?.split('/').at(-1),
    CI_PIPELINE_SOURCE: ({ trigger }) => trigger,
  },
}

/**
 * The environment is the job's word. Where it speaks of what a verified identity knows, it says the same, or the
 * statement is refused.
 */
export function compareEnv(
  { env = {} }: Predicate,
  identity: JobIdentity | undefined,
): FieldStatus[] {
  if (!identity) return []
  return Object.entries(VARIABLES[identity.platform] ?? {}).flatMap(([name, known]) => {
    const said = Object.hasOwn(env, name) ? env[name] : undefined
    const verified = known(identity)
    if (said === undefined || verified === undefined) return []
    const field = `predicate.env.${name}`
    if (said === verified) return [{ field, source: 'job identity', verified: true }]
    throw refuse(
      'STATEMENT_MISMATCH',
      `${field} is ${JSON.stringify(said)}, but the job identity says ${JSON.stringify(verified)}`,
      { field },
    )
  })
}

function pathOf(repository: string | undefined): string | undefined {
  const url = repository === undefined ? null : URL.parse(repository)
  return url?.pathname.replace(/^\/+/, '')
}
