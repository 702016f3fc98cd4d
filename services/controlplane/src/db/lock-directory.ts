import { once } from 'node:events'
import { statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import net from 'node:net'
import { join } from 'node:path'

/**
 * Two openers of one PGlite directory lose data, so a socket named after the directory is held as long as it is open.
 * On Linux its name is abstract and dies with the process, however that ends.
 */
export async function lockDirectory(
  directory: string,
  platform = process.platform,
): Promise<AsyncDisposable> {
  const path = lockPath(directory, platform)
  const server = await listen(path).catch(async (cause: unknown) => {
    if (!isInUse(cause)) throw cause
    if (path.startsWith('\0') || (await answers(path))) {
      throw new Error(`${directory} is in use by another process`, { cause })
    }
    await rm(path, { force: true })
    return listen(path)
  })
  return {
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

function lockPath(directory: string, platform: NodeJS.Platform): string {
  const { dev, ino } = statSync(directory)
  if (platform === 'linux') return `\0chainloop-${dev}-${ino}`
  if (platform === 'win32') return `\\\\.\\pipe\\chainloop-${dev}-${ino}`
  return join(directory, 'lock.sock')
}

async function listen(path: string): Promise<net.Server> {
  const server = net.createServer((socket) => socket.destroy()).listen({ path })
  await once(server, 'listening')
  return server.unref()
}

async function answers(path: string): Promise<boolean> {
  const socket = net.connect({ path })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

function isInUse(cause: unknown): boolean {
  return (
    typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'EADDRINUSE'
  )
}
