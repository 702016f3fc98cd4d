import type { Context } from '../context.ts'
import type { StatementSigner } from './sign-statement.ts'

/** How this instance logs what it signs. */
export function evidenceSigner(
  _ctx: Pick<Context, 'db' | 'signing'>,
): Pick<StatementSigner, 'logSignature'> {
  return { logSignature: undefined }
}
