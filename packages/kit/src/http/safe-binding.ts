/** Settings that say where and how a service listens. */
export interface BindingSettings {
  readonly bind: string
  readonly allowCleartext: boolean
  readonly tlsCert: string | undefined
  readonly tlsKey: string | undefined
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/** Cleartext leaves the machine only if somebody said so. `prefix`: of the TLS variables, `CAS_TLS`. */
export function assertSafeBinding(
  { bind, allowCleartext, tlsCert, tlsKey }: BindingSettings,
  prefix: string,
): void {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new Error(`set ${prefix}_CERT and ${prefix}_KEY, or neither`)
  }
  if (LOOPBACK.has(bind) || allowCleartext || tlsCert !== undefined) return
  throw new Error(
    `refusing to listen on ${bind} without TLS: set ${prefix}_CERT and ${prefix}_KEY, or CHAINLOOP_ALLOW_CLEARTEXT=true behind something that brings TLS`,
  )
}
