import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  constants,
  createSecureServer,
  createServer as createHttp2Server,
  type Http2SecureServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server as NetServer } from 'node:net'

/** PEM texts. */
export interface Tls {
  readonly key: string
  readonly cert: string
}

export interface Binding {
  /** 0 is any free port. */
  readonly port: number
  /** 127.0.0.1 when absent. */
  readonly host?: string
  readonly tls?: Tls
}

export type Handler = (
  req: IncomingMessage | Http2ServerRequest,
  res: ServerResponse | Http2ServerResponse,
) => void

/** A listening socket with its protocol. */
export interface Listener {
  /** `http://127.0.0.1:9000`. */
  readonly address: string
  /** Stops accepting; resolves when the last exchange has ended. */
  close(): Promise<void>
  /** Stops accepting and ends whatever is left. */
  destroy(): void
}

// Node's defaults (64 KiB) cost a factor of 3 to 10 in throughput.
const STREAM_WINDOW_BYTES = 1 << 20
const SESSION_WINDOW_BYTES = 4 << 20

/** HTTP/2: cleartext with prior knowledge, or TLS where HTTP/1.1 is understood too. */
export async function listenHttp2(binding: Binding, handler: Handler): Promise<Listener> {
  const settings = { initialWindowSize: STREAM_WINDOW_BYTES }
  const server: Http2Server | Http2SecureServer = binding.tls
    ? createSecureServer({ settings, allowHTTP1: true, ...binding.tls }, handler)
    : createHttp2Server({ settings }, handler)
  const sessions = new Set<ServerHttp2Session>()
  server.on('session', (session: ServerHttp2Session) => {
    session.setLocalWindowSize(SESSION_WINDOW_BYTES)
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
    session.on('error', () => {})
  })
  server.on('stream', endAfterAnswer)
  await listening(server, binding)
  return {
    address: addressOf(server, binding),
    close: () =>
      closed(server, () => {
        for (const session of sessions) session.close()
      }),
    destroy() {
      server.close()
      for (const session of sessions) session.destroy()
    },
  }
}

const LINGER_MS = 500

/** Whoever was answered before it had sent everything is asked to stop (RFC 9113 §8.1), or its stream stays open for ever. */
function endAfterAnswer(stream: ServerHttp2Stream): void {
  stream.once('finish', () => {
    const timer = setTimeout(() => {
      stream.close(constants.NGHTTP2_NO_ERROR)
      // What had come and was never read would keep it in memory.
      stream.destroy()
    }, LINGER_MS)
    timer.unref()
    stream.once('close', () => clearTimeout(timer))
  })
}

export async function listenHttp1(binding: Binding, handler: Handler): Promise<Listener> {
  // An upload may take hours; what is slow is cut by idle limits, not by a limit for the whole request.
  const options = { requestTimeout: 0, headersTimeout: 20_000, keepAliveTimeout: 10_000 }
  const server: Server = binding.tls
    ? createHttpsServer({ ...options, ...binding.tls }, handler)
    : createServer(options, handler)
  let closing = false
  server.on('request', (_req, res: ServerResponse) => {
    // A connection that was busy when the stop came would otherwise be kept alive after its last answer.
    res.once('close', () => {
      if (closing) setImmediate(() => server.closeIdleConnections())
    })
  })
  await listening(server, binding)
  return {
    address: addressOf(server, binding),
    close() {
      closing = true
      return closed(server, () => server.closeIdleConnections())
    },
    destroy() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function listening(server: NetServer, { port, host = '127.0.0.1' }: Binding): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function addressOf(server: NetServer, { tls }: Binding): string {
  const { address, family, port } = server.address() as AddressInfo
  const host = family === 'IPv6' ? `[${address}]` : address
  return `${tls ? 'https' : 'http'}://${host}:${port}`
}

function closed(server: NetServer, letGo: () => void): Promise<void> {
  const end = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  letGo()
  return end
}
