import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The data directory holds keys: nobody else may look into it. */
export async function prepareDataDir(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await chmod(dataDir, 0o700)
}

/** A file to `source`: the CLI's settings for this server, with an operator's token. */
export async function writeOperatorEnv(
  dataDir: string,
  operator: { readonly controlPlane: string; readonly artifactCas: string; readonly token: string },
): Promise<void> {
  const lines = [
    `export CHAINLOOP_CONTROL_PLANE_API=${operator.controlPlane}`,
    `export CHAINLOOP_ARTIFACT_CAS_API=${operator.artifactCas}`,
    'export CHAINLOOP_API_INSECURE=true',
    `export CHAINLOOP_TOKEN=${operator.token}`,
  ]
  await replaceFile(join(dataDir, 'operator.env'), `${lines.join('\n')}\n`, 0o600)
}

/** Appears when the server is ready and goes with it: who finds it finds a server. */
export async function writeEndpoints(
  dataDir: string,
  endpoints: Readonly<Record<string, string>>,
): Promise<AsyncDisposable> {
  const path = join(dataDir, 'endpoints.json')
  await replaceFile(path, `${JSON.stringify(endpoints, undefined, 2)}\n`, 0o600)
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
}

async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  const partial = `${path}.partial`
  await rm(partial, { force: true })
  await writeFile(partial, content, { mode, flag: 'wx', flush: true })
  await rename(partial, path)
}
