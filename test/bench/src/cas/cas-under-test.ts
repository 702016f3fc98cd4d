import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import {
  type FakeControlPlane,
  startFakeControlPlane,
} from '@chainloop/artifact-cas/testing/fake-control-plane'
import { type CasProcess, startProcess } from '@chainloop/artifact-cas/testing/process'
import { temporaryDirectory } from '@chainloop/artifact-cas/testing/temporary-directory'
import { type Client, createClient } from '@chainloop/sdk/client'

/** A CAS as a process of its own, as it is shipped, with an empty storage. */
export interface CasUnderTest extends AsyncDisposable {
  readonly process: CasProcess
  readonly controlPlane: FakeControlPlane
  readonly client: Client
  readonly uploads: URL
  /** For files of the measurement. */
  readonly folder: string
}

export async function startCas(more: Readonly<Record<string, string>> = {}): Promise<CasUnderTest> {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await temporaryDirectory())
  const controlPlane = stack.use(await startFakeControlPlane())
  const env = {
    ...controlPlane.env,
    CHAINLOOP_DATA_DIR: join(directory.path, 'data'),
    CAS_API_PORT: '0',
    CAS_HTTP_PORT: '0',
    CAS_METRICS_PORT: '0',
    ...more,
  }
  const cas = stack.use(await startProcess(env, { program: builtProgram() }))
  const address = new URL(cas.addresses.api).host
  const client = stack.use(
    createClient({ controlPlane: address, artifactCas: address, insecure: true, token: '' }),
  )
  const open = stack.move()
  return {
    process: cas,
    controlPlane,
    client,
    uploads: new URL('/uploads', cas.addresses.http),
    folder: directory.path,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** Compiled: to run from the sources costs 30 MiB that no operator pays. */
function builtProgram(): string {
  const path = fileURLToPath(
    new URL('../../../../services/artifact-cas/dist/main.js', import.meta.url),
  )
  if (!existsSync(path)) throw new Error(`${path} is missing: npm run build`)
  return path
}
