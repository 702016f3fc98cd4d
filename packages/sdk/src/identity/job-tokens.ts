import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

import { httpExchange, readBody } from '../http/request.ts'
import { NoCredentials } from './no-credentials.ts'

/** Where the identity tokens of this job come from. */
export interface JobTokens {
  /** `GitHub Actions`; for messages. */
  readonly source: string
  /** What tokens are asked for instead of what the control plane says. */
  readonly audience?: string | undefined
  /** A token, fresh where the platform issues them on demand. Rejects with `NoCredentials`. */
  token(audience: string): Promise<string>
}

export interface JobOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Runs a program of the platform and resolves to what it prints. */
  readonly run?: (program: string, args: readonly string[]) => Promise<string>
}

/** How the CI system of this job hands out identity tokens; undefined where it does not. What is set on purpose wins. */
export function findJobTokens(options: JobOptions): JobTokens | undefined {
  const found = SOURCES.find(({ isThere }) => isThere(options.env))
  if (found === undefined) return undefined
  return {
    source: found.name,
    audience: options.env['CHAINLOOP_OIDC_AUDIENCE'] || undefined,
    async token(audience) {
      const token = (await ask(found, audience, options)).trim()
      if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return token
      throw new NoCredentials(`${found.name} gave something that is not a token`)
    },
  }
}

/** For who may go on without: asked for a token it says that there is none. */
export const noJobTokens: JobTokens = {
  source: 'nobody',
  // The control plane does not have to be asked for one in vain.
  audience: 'nobody',
  token: async () => {
    throw new NoCredentials('no token is configured, and no CI system vouches for this job')
  },
}

type Environment = JobOptions['env']

type Asking = Required<JobOptions>

interface Source {
  readonly name: string
  readonly isThere: (env: Environment) => boolean
  readonly get: (audience: string, options: Asking) => Promise<string>
}

async function ask(source: Source, audience: string, { env, run }: JobOptions): Promise<string> {
  try {
    return await source.get(audience, { env, run: run ?? execute })
  } catch (cause) {
    if (cause instanceof NoCredentials) throw cause
    throw new NoCredentials(`${source.name} gave no identity token: ${reasonOf(cause)}`, { cause })
  }
}

const isSet = (env: Environment, name: string): boolean => (env[name] ?? '') !== ''

/** A variable that holds the token, as GitLab's `id_tokens` sets it. */
function variable(name: string): Source {
  return {
    name,
    isThere: (env) => isSet(env, name),
    get: async (_, { env }) => env[name] ?? '',
  }
}

const LASTING_CLAIMS = ['--claim', 'organization_id', '--claim', 'pipeline_id']

const SOURCES: readonly Source[] = [
  {
    name: 'CHAINLOOP_OIDC_TOKEN_FILE',
    isThere: (env) => isSet(env, 'CHAINLOOP_OIDC_TOKEN_FILE'),
    get: (_, { env }) => readFile(env['CHAINLOOP_OIDC_TOKEN_FILE'] ?? '', 'utf8'),
  },
  variable('CHAINLOOP_OIDC_TOKEN'),
  {
    /** https://docs.github.com/en/actions/reference/security/oidc */
    name: 'GitHub Actions',
    isThere: (env) =>
      isSet(env, 'ACTIONS_ID_TOKEN_REQUEST_URL') && isSet(env, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'),
    get: fromGithub,
  },
  variable('GITLAB_OIDC'),
  {
    /** https://buildkite.com/docs/agent/cli/reference/oidc; without being asked it leaves the lasting claims out. */
    name: 'buildkite-agent',
    isThere: (env) => env['BUILDKITE'] === 'true' && isSet(env, 'BUILDKITE_JOB_ID'),
    get: (audience, { run }) =>
      run('buildkite-agent', ['oidc', 'request-token', '--audience', audience, ...LASTING_CLAIMS]),
  },
  {
    /** https://circleci.com/docs/oidc-tokens-with-custom-claims/; those in variables are for everybody. */
    name: 'circleci',
    isThere: (env) => env['CIRCLECI'] === 'true',
    get: (audience, { run }) =>
      run('circleci', ['run', 'oidc', 'get', '--claims', JSON.stringify({ aud: audience })]),
  },
]

const TIMEOUT_MS = 15_000
const MAX_BYTES = 64 << 10

async function fromGithub(audience: string, { env }: JobOptions): Promise<string> {
  const url = new URL(env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '')
  url.searchParams.set('audience', audience)
  const response = await httpExchange(url, {
    headers: {
      authorization: `Bearer ${env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? ''}`,
      accept: 'application/json',
    },
    idleTimeoutMs: TIMEOUT_MS,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const body = await readBody(response, MAX_BYTES)
  if (response.statusCode !== 200) throw new Error(`it answered with status ${response.statusCode}`)
  const answer: unknown = JSON.parse(body.toString('utf8'))
  const { value } = (answer ?? {}) as { readonly value?: unknown }
  return typeof value === 'string' ? value : ''
}

const executeFile = promisify(execFile)

async function execute(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await executeFile(program, [...args], {
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_BYTES,
  })
  return stdout
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown }
  if (code === 'ENOENT') return 'it is not there'
  return typeof message === 'string' ? (message.split('\n')[0] ?? '') : String(cause)
}
