import type { Check } from '@chainloop/kit/health'
import { sql } from 'kysely'

import type { Config } from './config.ts'
import type { Db } from './db/db.ts'

/** What must work before traffic is welcome. */
export function readinessChecks(
  db: Db,
  { casInternalUrl, casExternalUrl }: Pick<Config, 'casInternalUrl' | 'casExternalUrl'>,
): Readonly<Record<string, Check>> {
  const cas = casInternalUrl ?? casExternalUrl
  return {
    async database() {
      await sql`select 1`.execute(db)
    },
    ...(cas === undefined ? {} : { 'artifact-cas': (signal) => isAlive(cas, signal) }),
  }
}

/** Alive, not ready: that one in turn waits for the keys that we serve. */
async function isAlive(url: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(new URL('/statusz', url), { signal, redirect: 'error' })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
}
