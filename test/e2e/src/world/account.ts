import { type Client, createClient } from '@chainloop/sdk/client'

import { type CommandOptions, type CommandResult, runChainloop } from './chainloop.ts'
import type { Env } from './environment.ts'

/** Somebody with a token: through the SDK's clients, or on the command line. */
export interface Account extends Disposable {
  readonly token: string
  /** The variables that point the command line at this server with this token. */
  readonly env: Env
  readonly client: Client
  /** Runs the command line tool; resolves whatever its exit code is. */
  readonly run: (args: readonly string[], options?: CommandOptions) => Promise<CommandResult>
  /** The same, but fails unless it ends with 0; returns what it printed. */
  readonly chainloop: (args: readonly string[], options?: CommandOptions) => Promise<string>
}

export function openAccount(env: Env): Account {
  const token = env['CHAINLOOP_TOKEN'] ?? ''
  const client = createClient({
    controlPlane: env['CHAINLOOP_CONTROL_PLANE_API'] ?? '',
    artifactCas: env['CHAINLOOP_ARTIFACT_CAS_API'],
    insecure: true,
    token,
  })
  const run: Account['run'] = (args, options = {}) =>
    runChainloop(args, { ...options, env: { ...env, ...options.env } })
  return {
    token,
    env,
    client,
    run,
    async chainloop(args, options) {
      const { code, stdout, stderr } = await run(args, options)
      if (code !== 0) throw new Error(`chainloop ${args.join(' ')} ended with ${code}: ${stderr}`)
      return stdout
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  }
}
