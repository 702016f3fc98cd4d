import type { Context } from '../context.ts'
import { logSignature } from '../transparency/log-signature.ts'
import type { StatementSigner } from './sign-statement.ts'

/** Signs as this instance, and logs in the organization's own log. */
export function evidenceSigner({ db, signing }: Pick<Context, 'db' | 'signing'>): StatementSigner {
  return { signing, logSignature: (entry) => logSignature({ db, signing }, entry) }
}
