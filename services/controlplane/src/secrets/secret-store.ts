import type { Db } from '../db/db.ts'

/** Where a secret is: nothing of another organization can be named. */
export interface SecretPlace {
  readonly organizationId: string
  /** UUID. */
  readonly id: string
}

/** Keeps small values that nobody else may see. `secret-store-contract.ts` is the suite that all of them pass. */
export interface SecretStore {
  /** As rows remember it. */
  readonly id: string
  /** Puts a value in a place, or another one in its stead. Throws `unavailable`. */
  save(place: SecretPlace, value: Uint8Array, db: Db): Promise<void>
  /** Undefined where there is none. Throws `unavailable`. */
  read(place: SecretPlace, db: Db): Promise<Uint8Array | undefined>
  /** Nothing happens where there is none. Throws `unavailable`. */
  remove(place: SecretPlace, db: Db): Promise<void>
  /** Throws when it cannot be used, at the start of a server. */
  check(): Promise<void>
}
