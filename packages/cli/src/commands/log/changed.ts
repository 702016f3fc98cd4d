import { Refused } from '../../core/exit.ts'

/** A history that is not the one that was signed is an answer, not a defect. */
export async function findingChanges<T>(work: () => Promise<T>): Promise<T> {
  const { ChangedHistory } = await import('@chainloop/sdk/audit/verify-audit-log')
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof ChangedHistory)) throw cause
    throw new Refused(
      `the transparency log was changed: ${cause.message}`,
      'keep the heads that you have, and ask the operator of the server',
    )
  }
}
