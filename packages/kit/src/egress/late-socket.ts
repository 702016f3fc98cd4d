import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** What libraries call on a socket that they asked for. */
export type LateSocket = Duplex &
  Pick<Socket, 'setKeepAlive' | 'setNoDelay' | 'setTimeout' | 'ref' | 'unref'>

/**
 * A socket that is there before its connection is: it emits `connect` then, and what was written meanwhile goes out. A
 * connection that fails destroys it with that error.
 */
export function lateSocket(opening: Promise<Socket>): LateSocket {
  let socket: Socket | undefined
  const opened = opening.then((found) => {
    if (late.destroyed) found.destroy()
    else adopt(found)
    return found
  })

  function adopt(found: Socket): void {
    socket = found
    found.pause()
    found.on('data', (chunk: Buffer) => {
      if (!late.push(chunk)) found.pause()
    })
    found.on('end', () => late.push(null))
    found.on('error', (cause) => late.destroy(cause))
    found.on('close', () => late.destroy())
    found.on('timeout', () => late.emit('timeout'))
    late.emit('connect')
    late.emit('ready')
  }

  const whenOpen = (act: (found: Socket) => unknown): LateSocket => {
    opened.then(act).catch(() => undefined)
    return late
  }

  const late: LateSocket = Object.assign(
    new Duplex({
      read: () => void whenOpen((found) => found.resume()),
      write(chunk: Buffer, _encoding, done) {
        whenOpen((found) => found.write(chunk, done))
      },
      final(done) {
        whenOpen((found) => found.end(() => done()))
      },
      destroy(cause, done) {
        if (socket) socket.destroy()
        done(cause)
      },
    }),
    {
      setKeepAlive: (...given: Parameters<Socket['setKeepAlive']>) =>
        whenOpen((found) => found.setKeepAlive(...given)),
      setNoDelay: (...given: Parameters<Socket['setNoDelay']>) =>
        whenOpen((found) => found.setNoDelay(...given)),
      setTimeout: (ms: number, heard?: () => void) => {
        if (heard) late.once('timeout', heard)
        return whenOpen((found) => found.setTimeout(ms))
      },
      ref: () => whenOpen((found) => found.ref()),
      unref: () => whenOpen((found) => found.unref()),
    },
  ) as unknown as LateSocket
  opened.catch((cause: unknown) => {
    late.destroy(cause instanceof Error ? cause : new Error(String(cause)))
  })
  return late
}
