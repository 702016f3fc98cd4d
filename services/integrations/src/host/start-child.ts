import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface ChildOptions {
  /** Module of ours that runs in it. */
  readonly entry: URL
  /** Folders of further modules that it loads; each with its installation. */
  readonly reads?: readonly string[]
  readonly memoryMb: number
}

/**
 * A process without variables of ours, without the right to write files, to open sockets or to start processes (Node's
 * permission model; it guards sockets from Node 25 on), with a bounded heap.
 */
export function startChild({ entry, reads = [], memoryMb }: ChildOptions): ChildProcess {
  const extension = extname(import.meta.filename)
  // Written as .ts, which is .js where it was compiled.
  const file = fileURLToPath(entry).replace(/\.ts$/, extension)
  const readable = new Set([dirname(file), ...reads].map(installationOf))
  return fork(file, [], {
    execArgv: [
      '--permission',
      ...[...readable].map((folder) => `--allow-fs-read=${join(folder, '*')}`),
      `--max-old-space-size=${memoryMb}`,
      '--disable-warning=ExperimentalWarning',
      // Two arguments of import.meta.resolve: names of plugins are looked up where the worker runs.
      '--experimental-import-meta-resolve',
      ...(extension === '.ts' ? ['--conditions=chainloop-source'] : []),
    ],
    env: certificatesOf(process.env),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}

/** Whom to trust is no secret, and the process makes its TLS itself. */
function certificatesOf({ NODE_EXTRA_CA_CERTS }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS }
}

/** The outermost folder with modules above a file: all that the process has to read. */
function installationOf(folder: string): string {
  let [at, found] = [folder, folder]
  while (dirname(at) !== at) {
    if (existsSync(join(at, 'node_modules'))) found = at
    at = dirname(at)
  }
  return found
}
