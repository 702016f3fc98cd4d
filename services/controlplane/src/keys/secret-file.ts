import { randomUUID } from 'node:crypto'
import { link, open, readFile, rm, stat } from 'node:fs/promises'

/** Undefined when there is no such file; throws when others than its owner may read it. */
export async function readSecretFile(path: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new Error(`${path} can be read by others; make it 0600`)
    }
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined
    throw cause
  }
}

/**
 * Writes a secret that is complete and durable, or not there at all; mode 0600.
 * Returns the file's content, which is another writer's when that one was first.
 */
export async function createSecretFile(path: string, content: string): Promise<string> {
  const partial = `${path}.${randomUUID()}`
  const file = await open(partial, 'wx', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  try {
    await link(partial, path)
    return content
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw cause
    return (await readSecretFile(path)) ?? content
  } finally {
    await rm(partial)
  }
}

function hasCode(cause: unknown, code: string): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === code
}
