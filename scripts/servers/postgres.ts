import { chownSync, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { freePort } from '../lib/free-port.ts'
import { run } from '../lib/process.ts'
import { findProgram, startDaemon, temporaryFolder } from './daemon.ts'
import type { RunningServer, ServerKind } from './server.ts'

const debianRoot = '/usr/lib/postgresql'
const oldest = 15

export const postgres: ServerKind = {
  name: 'PostgreSQL',
  variable: 'TEST_DATABASE_URL',
  debianPackage: 'postgresql',
  docker: {
    image: 'postgres:18',
    port: 5432,
    env: ['POSTGRES_HOST_AUTH_METHOD=trust'],
    ready: ['pg_isready', '-q', '-h', '127.0.0.1'],
  },
  installed,
  urlAt: (host, port) => `postgresql://postgres@${host}:${port}/postgres`,
}

async function installed(): Promise<RunningServer | undefined> {
  const found = findProgram('initdb', debianFolders())
  // A link in /usr/local/bin does not have the other programs beside it.
  const initdb = found && realpathSync(found)
  if (initdb === undefined || (await majorVersion(initdb)) < oldest) return undefined

  await using stack = new AsyncDisposableStack()
  const data = stack.use(temporaryFolder('postgres'))
  const user = process.getuid?.() === 0 ? unprivilegedUser() : undefined
  if (user) chownSync(data.path, user.uid, user.gid)

  const cluster = join(data.path, 'data')
  const created = await run(
    initdb,
    ['-D', cluster, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { cwd: '/', ...user },
  )
  if (created.code !== 0) throw new Error(`initdb failed:\n${created.output}`)

  const port = await freePort()
  // Measurements want the real thing; tests have nothing to lose in a power cut.
  const fsync = process.env['TEST_DATABASE_FSYNC'] === 'on' ? 'on' : 'off'
  const settings = [
    `fsync=${fsync}`,
    `full_page_writes=${fsync}`,
    'max_connections=200',
    'listen_addresses=127.0.0.1',
  ]
  stack.use(
    await startDaemon({
      program: join(dirname(initdb), 'postgres'),
      args: [
        '-D',
        cluster,
        '-p',
        String(port),
        '-k',
        data.path,
        ...settings.flatMap((s) => ['-c', s]),
      ],
      port,
      stopSignal: 'SIGINT',
      user,
    }),
  )
  await untilItAnswers(dirname(initdb), port)
  const open = stack.move()
  return {
    url: postgres.urlAt('127.0.0.1', port),
    origin: `${initdb} (fsync ${fsync})`,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** The port accepts before recovery is over; `psql` would be told to come back later. */
async function untilItAnswers(folder: string, port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { code } = await run(join(folder, 'pg_isready'), [
      '-q',
      '-t',
      '5',
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
    ])
    if (code === 0) return
  }
  throw new Error('PostgreSQL does not answer')
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

function debianFolders(): string[] {
  if (!existsSync(debianRoot)) return []
  return readdirSync(debianRoot)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => join(debianRoot, version, 'bin'))
}

async function majorVersion(initdb: string): Promise<number> {
  const { output } = await run(initdb, ['--version'])
  return Number(/(\d+)/.exec(output)?.[1] ?? 0)
}
