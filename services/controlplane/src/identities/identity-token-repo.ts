import type { Db } from '../db/db.ts'
import type { VerifiedToken } from './verify-identity-token.ts'

/** False: this token was used before, by whomever. */
export async function useOnce(
  tx: Db,
  { issuer, tokenId, expiresAt }: Pick<VerifiedToken, 'issuer' | 'tokenId' | 'expiresAt'>,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await tx
    .insertInto('identity_tokens')
    .values({ issuer, token_id: tokenId, expires_at: expiresAt })
    .onConflict((conflict) => conflict.columns(['issuer', 'token_id']).doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}

/** Forgets tokens that nobody would accept any more. */
export async function forgetExpired(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('identity_tokens').where('expires_at', '<', before).execute()
}
