import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseEnv } from 'node:util'

import { root, run } from '../lib/process.ts'
import { say } from '../lib/say.ts'

const contract = join(root, 'docs', 'examples', 'contract.yaml')

/** What `docs/examples` describes, made once; a second start finds it there. */
const commands: readonly (readonly string[])[] = [
  ['workflow', 'contract', 'create', '--name', 'hello', '--contract', contract],
  ['workflow', 'create', '--name', 'build', '--project', 'hello', '--contract', 'hello'],
]

/** Waits until the server is there, unless it ends before. */
export async function seed(dataDir: string, server: Promise<unknown>): Promise<void> {
  let ended = false
  const end = (): void => {
    ended = true
  }
  server.then(end, end)
  while (!(await exists(join(dataDir, 'endpoints.json')))) {
    if (ended) return
    await delay(200)
  }
  const env = parseEnv(await readFile(join(dataDir, 'operator.env'), 'utf8'))
  for (const args of commands) {
    const { code, output } = await run(join(root, 'bin', 'chainloop'), args, { env })
    const known = /already exists/i.test(output)
    if (code !== 0 && !known) throw new Error(`seed: chainloop ${args.join(' ')}: ${output}`)
  }
  say(`seeded: workflow build of project hello; . ${join(dataDir, 'operator.env')}`)
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
