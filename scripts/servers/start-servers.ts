import { aptInstall } from './debian.ts'
import { startContainer } from './docker.ts'
import { nats } from './nats.ts'
import { postgres } from './postgres.ts'
import { redis } from './redis.ts'
import { registry } from './registry.ts'
import type { RunningServer, ServerKind } from './server.ts'

export interface Servers extends AsyncDisposable {
  /** `TEST_DATABASE_URL` and its like, for the tests. */
  readonly env: Readonly<Record<string, string>>
  /** A sentence for each server: what is used, or what is missing and how to get it. */
  readonly notes: readonly string[]
  readonly missing: readonly string[]
}

const kinds: readonly ServerKind[] = [postgres, redis, registry, nats]

/**
 * The real servers that tests run against. A given URL is used as it is; else what is installed is
 * started on a free port; else it is installed (root on Debian); else Docker. Whatever is started here
 * is stopped with the handle, and what cannot be had is named in `missing`.
 */
export async function startServers(given: NodeJS.ProcessEnv = process.env): Promise<Servers> {
  await using stack = new AsyncDisposableStack()
  const env: Record<string, string> = {}
  const notes: string[] = []

  const use = (kind: ServerKind, server: RunningServer): void => {
    stack.use(server)
    env[kind.variable] = server.url
    notes.push(`${kind.name}: ${server.origin}`)
  }
  for (const kind of kinds) {
    const url = given[kind.variable]
    if (url) env[kind.variable] = url
    if (url) notes.push(`${kind.name}: given by ${kind.variable}`)
  }
  for (const source of [fromProgram, fromPackage, startContainer]) {
    for (const kind of kinds.filter(({ variable }) => env[variable] === undefined)) {
      const server = await source(kind)
      if (server) use(kind, server)
    }
  }
  const missing = kinds.filter(({ variable }) => env[variable] === undefined).map(howToGet)
  const open = stack.move()
  return { env, notes, missing, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

const fromProgram = (kind: ServerKind): Promise<RunningServer | undefined> => kind.installed()

async function fromPackage(kind: ServerKind): Promise<RunningServer | undefined> {
  return (await aptInstall(kind.debianPackage)) ? kind.installed() : undefined
}

function howToGet({ name, variable, debianPackage, docker }: ServerKind): string {
  return `${name} is missing: set ${variable}, or install the package ${debianPackage}, or start Docker (${docker.image})`
}
