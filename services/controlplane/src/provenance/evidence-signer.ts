import type { Context } from '../context.ts'
import type { Signing } from '../signing/signing.ts'
import { logSignature } from '../transparency/log-signature.ts'
import type { StatementSigner } from './sign-statement.ts'

/** What this instance signs goes into the organization's own log. */
export function evidenceSigner(
  ctx: Pick<Context, 'db'> & { readonly signing: Pick<Signing, 'log'> },
): Pick<StatementSigner, 'logSignature'> {
  return { logSignature: (entry) => logSignature(ctx, entry) }
}
