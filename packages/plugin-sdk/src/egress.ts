import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * The ways out, all of them guarded: names are resolved once, addresses that are not public are refused unless the operator
 * opened them, redirects and the addresses that a server hands out are checked like the first one. There is no other way:
 * a plugin's process cannot open a socket itself.
 */
export interface Egress {
  readonly fetch: PluginFetch
  /** A connection for protocols that are not HTTP, and for libraries that take a socket. TLS is the caller's. */
  readonly connect: PluginConnect
  /** The same for libraries that want the socket at once and wait for its `connect` event. */
  readonly dial: PluginDial
  /** For libraries over `node:http` and `node:https`. Open as long as the call lasts. */
  readonly agents: PluginAgents
}

export type PluginFetch = (url: string | URL, request?: PluginRequest) => Promise<Answer>

/** Like that of `fetch`. Redirects are followed where the method and the body stay the same. */
export interface PluginRequest {
  readonly method?: string
  readonly headers?: Record<string, string>
  /** A function gives the body piece by piece; it is called again when a redirect has to send it again. */
  readonly body?: string | Uint8Array | FormData | (() => AsyncIterable<Uint8Array>)
  readonly signal?: AbortSignal
}

/** What a plugin needs of a `Response`; its body is bounded in size and time. */
export interface Answer {
  readonly ok: boolean
  readonly status: number
  readonly headers: { get(name: string): string | null }
  text(): Promise<string>
  json(): Promise<unknown>
  arrayBuffer(): Promise<ArrayBuffer>
  clone(): Answer
}

export interface ConnectTarget {
  readonly host: string
  readonly port: number
}

export type PluginConnect = (target: ConnectTarget & { signal: AbortSignal }) => Promise<Socket>

/** Of `net.Socket` what libraries call on a socket that they were given. */
export type DialledSocket = Duplex &
  Pick<Socket, 'setKeepAlive' | 'setNoDelay' | 'setTimeout' | 'ref' | 'unref'>

export type PluginDial = (target: ConnectTarget) => DialledSocket

export interface PluginAgents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}
