import { takeDueBackends } from '../cas-backends/take-due-backends.ts'
import { validateCasBackend } from '../cas-backends/validate-cas-backend.ts'
import type { Context } from '../context.ts'

/**
 * Tries the storage backends that are due: half an hour after the last time where runs go now or go next, a day
 * elsewhere. Of several replicas each takes what the others have not. Returns how many it tried.
 */
export async function checkBackends(
  { db, storage, log }: Pick<Context, 'db' | 'storage' | 'log'>,
  now: Date = new Date(),
): Promise<number> {
  const due = await takeDueBackends(db, now)
  for (const backend of due) {
    try {
      await validateCasBackend({ db, storage }, backend)
    } catch (err) {
      log.warn({ err, backend: backend.id }, 'a storage backend could not be checked')
    }
  }
  return due.length
}
