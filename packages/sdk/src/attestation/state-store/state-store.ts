import type { Material } from '@chainloop/attestation/materials/material'
import type { CraftingState } from '@chainloop/attestation/predicate/crafting-state'

import type { Session } from '../session.ts'

/** Where a run's session is kept. Several processes may use it at the same time. */
export interface StateStore {
  read(): Promise<Session | undefined>
  /** Rejects with `AlreadyInitialized` when there is one, unless it is to be replaced. */
  create(session: Session, options?: { readonly replace?: boolean }): Promise<void>
  /**
   * Applies a change to the newest state; it runs again when somebody else was faster, so it must not
   * have effects of its own. Rejects with `NotInitialized`.
   */
  update(change: (current: Session) => Session): Promise<Session>
  /**
   * Adds to the newest state. Any number of processes may do so at the same time; of two additions of one name the later
   * one stays. Rejects with `NotInitialized`.
   */
  append(addition: Addition): Promise<Appended>
  remove(): Promise<void>
}

/** What a job adds to a run. */
export interface Addition {
  readonly materials: readonly Material[]
  /** Of the attestation; a value that is there already stays. */
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** Of these materials; what was said of earlier ones of the same names is forgotten. */
  readonly policyEvaluations?: CraftingState['policyEvaluations'] | undefined
}

export interface Appended {
  /** Names of materials that were there before. */
  readonly replaced: readonly string[]
}
