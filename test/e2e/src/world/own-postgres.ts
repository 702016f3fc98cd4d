import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { choosePorts } from '@chainloop/standalone/ports'

import { temporaryFolder } from './folder.ts'
import { startCommand } from './program.ts'
import { type Restartable, restartable } from './restartable.ts'

export interface OwnPostgres extends Restartable {
  readonly url: string
}

const debianRoot = '/usr/lib/postgresql'

/** Where the programs of the newest installed PostgreSQL are; undefined when there is none. */
export function postgresFolder(): string | undefined {
  if (!existsSync(debianRoot)) return undefined
  return readdirSync(debianRoot)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(debianRoot, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')))
}

/** A server that nobody else uses: it can be killed. */
export async function startOwnPostgres(programs: string): Promise<OwnPostgres> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await temporaryFolder()).path
  const user = process.getuid?.() === 0 ? unprivilegedUser() : undefined
  if (user) chownSync(folder, user.uid, user.gid)
  const data = join(folder, 'data')
  const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']
  const made = spawnSync(join(programs, 'initdb'), ['-D', data, ...options], { cwd: '/', ...user })
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr.toString()}`)
  const { port } = await choosePorts({ port: 0 }, '127.0.0.1')
  // What the kernel has survives the process: only a power cut would need fsync.
  const settings = ['fsync=off', 'max_connections=100', 'listen_addresses=127.0.0.1']
  const flags = ['-D', data, '-p', String(port), '-k', folder]
  const command = [join(programs, 'postgres'), ...flags, ...settings.flatMap((one) => ['-c', one])]
  const place = { cwd: '/', env: {}, ...user }
  const server = stack.use(
    await restartable(() =>
      startCommand(command, place, (line) => line.includes('ready to accept connections')),
    ),
  )
  const open = stack.move()
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    get pid() {
      return server.pid
    },
    kill: () => server.kill(),
    start: () => server.start(),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const found = ['postgres', 'nobody'].flatMap((name) =>
    users.filter((fields) => fields[0] === name),
  )[0]
  return { uid: Number(found?.[2] ?? 65_534), gid: Number(found?.[3] ?? 65_534) }
}
