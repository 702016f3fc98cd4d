import { createHash } from 'node:crypto'

import type { Selectable } from 'kysely'

import type { Db } from '../db/db.ts'
import type { SignInRow } from '../db/people-schema.ts'

/** A command line that waits for a person to sign in. */
export interface SignIn {
  readonly id: string
  readonly kind: 'browser' | 'device'
  /** Of PKCE, S256. */
  readonly codeChallenge: string
  readonly clientName: string
  readonly userId: string | undefined
  readonly state: 'pending' | 'approved' | 'denied' | 'used'
  readonly intervalSeconds: number
  readonly polledAt: Date | undefined
  readonly expiresAt: Date
}

interface New {
  readonly kind: SignIn['kind']
  /** Only its digest is kept. */
  readonly secret: string
  readonly clientName: string
  readonly expiresAt: Date
  readonly userCode?: string
  readonly codeChallenge?: string
  readonly userId?: string
}

/** With a person, approved from the start. Undefined when the user code is taken. */
export async function insert(tx: Db, signIn: New): Promise<SignIn | undefined> {
  const row = await tx
    .insertInto('sign_ins')
    .values({
      kind: signIn.kind,
      secret_digest: digest(signIn.secret),
      client_name: signIn.clientName,
      expires_at: signIn.expiresAt,
      user_code: signIn.userCode ?? null,
      code_challenge: signIn.codeChallenge ?? '',
      user_id: signIn.userId ?? null,
      state: signIn.userId === undefined ? 'pending' : 'approved',
    })
    .onConflict((oc) => oc.column('user_code').doNothing())
    .returningAll()
    .executeTakeFirst()
  return row && toSignIn(row)
}

/** Nobody else uses it until the transaction ends. Expired ones are not there. */
export async function findForUpdate(
  tx: Db,
  { kind, secret }: Pick<New, 'kind' | 'secret'>,
): Promise<SignIn | undefined> {
  const row = await tx
    .selectFrom('sign_ins')
    .where('secret_digest', '=', digest(secret))
    .where('kind', '=', kind)
    .where('expires_at', '>', new Date())
    .selectAll()
    .forUpdate()
    .executeTakeFirst()
  return row && toSignIn(row)
}

/** One that waits for somebody to decide. */
export async function findPending(db: Db, userCode: string): Promise<SignIn | undefined> {
  const row = await db
    .selectFrom('sign_ins')
    .where('user_code', '=', userCode)
    .where('state', '=', 'pending')
    .where('expires_at', '>', new Date())
    .selectAll()
    .executeTakeFirst()
  return row && toSignIn(row)
}

/** False when it was decided already, or has expired. */
export async function decide(
  tx: Db,
  decision: { readonly id: string; readonly userId: string; readonly approved: boolean },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('sign_ins')
    .set({ state: decision.approved ? 'approved' : 'denied', user_id: decision.userId })
    .where('id', '=', decision.id)
    .where('state', '=', 'pending')
    .where('expires_at', '>', new Date())
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export async function markUsed(tx: Db, id: string): Promise<void> {
  await tx.updateTable('sign_ins').set({ state: 'used' }).where('id', '=', id).execute()
}

export async function notePoll(
  tx: Db,
  { id, intervalSeconds }: Pick<SignIn, 'id' | 'intervalSeconds'>,
): Promise<void> {
  await tx
    .updateTable('sign_ins')
    .set({ polled_at: new Date(), interval_seconds: intervalSeconds })
    .where('id', '=', id)
    .execute()
}

function digest(secret: string): string {
  return `sha256:${createHash('sha256').update(secret).digest('hex')}`
}

function toSignIn(row: Selectable<SignInRow>): SignIn {
  return {
    id: row.id,
    kind: row.kind,
    codeChallenge: row.code_challenge,
    clientName: row.client_name,
    userId: row.user_id ?? undefined,
    state: row.state,
    intervalSeconds: row.interval_seconds,
    polledAt: row.polled_at ?? undefined,
    expiresAt: row.expires_at,
  }
}
