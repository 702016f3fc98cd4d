import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { temporaryDirectory } from '../temporary-directory.ts'
import { TEST_CERTIFICATE, TEST_KEY } from './tls.ts'

export interface Azurite extends AsyncDisposable {
  readonly url: string
  readonly port: number
}

/** Azurite's only account. */
export const AZURITE_ACCOUNT = 'devstoreaccount1'

/** Microsoft's own emulator of Blob storage, which asks for tokens of Entra ID. */
export async function startAzurite(): Promise<Azurite> {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await temporaryDirectory())
  const [cert, key] = [join(directory.path, 'cert.pem'), join(directory.path, 'key.pem')]
  await Promise.all([writeFile(cert, TEST_CERTIFICATE), writeFile(key, TEST_KEY)])
  const program = createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js')
  const where = ['--blobHost', '127.0.0.1', '--blobPort', '0']
  const how = ['--inMemoryPersistence', '--disableTelemetry', '--skipApiVersionCheck']
  const who = ['--oauth', 'basic', '--cert', cert, '--key', key]
  const child = spawn(process.execPath, [program, ...where, ...how, ...who], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {},
  })
  stack.defer(async () => {
    const gone = once(child, 'exit')
    if (child.kill('SIGKILL')) await gone
  })
  const port = await portOf(child.stdout)
  child.stdout.resume()
  const open = stack.move()
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

async function portOf(output: NodeJS.ReadableStream): Promise<number> {
  const seen: string[] = []
  for await (const line of createInterface({ input: output })) {
    seen.push(line)
    const port = /successfully listen\w* (?:at|on) https:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1]
    if (port) return Number(port)
  }
  throw new Error(`Azurite ended: ${seen.join('\n')}`)
}
