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
  remove(): Promise<void>
}
