/** A server that tests need: an address, and how to put it away again. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string
  /** Where it came from, for the person who reads the log. */
  readonly origin: string
}

/** One kind of server and the ways to get it. */
export interface ServerKind {
  readonly name: string
  /** The variable that names a server which is there already. */
  readonly variable: string
  /** Debian's package. */
  readonly debianPackage: string
  readonly docker: {
    readonly image: string
    readonly port: number
    readonly env: readonly string[]
    /** A command inside the container that succeeds once the server answers. */
    readonly ready?: readonly string[]
  }
  /** Undefined when its program is not installed. */
  installed(): Promise<RunningServer | undefined>
  /** Where a server answers, given a host and a port. */
  urlAt(host: string, port: number): string
}
