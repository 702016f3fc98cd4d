import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The data directory holds keys: nobody else may look into it. */
export async function prepareDataDir(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await chmod(dataDir, 0o700)
}

/** `endpoints.json` appears when the server is ready, and goes with it. */
export async function announceEndpoints(
  dataDir: string,
  endpoints: Readonly<Record<string, string>>,
): Promise<AsyncDisposable> {
  const path = join(dataDir, 'endpoints.json')
  await replaceFile(path, `${JSON.stringify(endpoints, undefined, 2)}\n`)
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
}

/** Complete or not there at all, readable by its owner only. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const partial = `${path}.partial`
  await rm(partial, { force: true })
  await writeFile(partial, content, { mode: 0o600, flag: 'wx', flush: true })
  await rename(partial, path)
}
