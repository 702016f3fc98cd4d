/** Settings that say where and how a service listens. */
export interface BindingSettings {
  readonly bind: string
  readonly allowCleartext: boolean
  readonly tlsCert: string | undefined
  readonly tlsKey: string | undefined
}

/** Only this machine reaches the address. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address === 'localhost' || /^127(\.\d{1,3}){3}$/.test(address)
}

/** Cleartext leaves the machine only if somebody said so. `prefix`: of the TLS variables, `CAS_TLS`. */
export function assertSafeBinding(
  { bind, allowCleartext, tlsCert, tlsKey }: BindingSettings,
  prefix: string,
): void {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new Error(`set ${prefix}_CERT and ${prefix}_KEY, or neither`)
  }
  if (isLoopback(bind) || allowCleartext || tlsCert !== undefined) return
  throw new Error(
    `refusing to listen on ${bind} without TLS: set ${prefix}_CERT and ${prefix}_KEY, or CHAINLOOP_ALLOW_CLEARTEXT=true behind something that brings TLS`,
  )
}
