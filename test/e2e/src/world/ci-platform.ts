import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'

import type { Env } from './environment.ts'

/**
 * A CI platform like GitHub: an OpenID provider over a real socket, and jobs that ask it for tokens as GitHub's do
 * (https://docs.github.com/en/actions/reference/security/oidc, read 2026-11-23).
 */
export interface CiPlatform extends AsyncDisposable {
  readonly url: string
  /** `127.0.0.1:port`, for the egress allow-list. */
  readonly host: string
  /** Tokens that were handed out. */
  readonly issued: string[]
  /** The environment of a job; `claims` are what its tokens say besides. */
  job(claims?: Readonly<Record<string, string>>): Env
  /** What GitLab would put into a variable: it says these claims and no others. */
  token(audience: string, claims: Readonly<Record<string, string>>): string
}

export const COMMIT = 'a'.repeat(40)

const CLAIMS = {
  sub: 'repo:acme/web:ref:refs/heads/main',
  repository: 'acme/web',
  repository_id: '815',
  repository_owner: 'acme',
  repository_owner_id: '4711',
  ref: 'refs/heads/main',
  sha: COMMIT,
  run_id: '42',
  runner_environment: 'github-hosted',
  event_name: 'push',
  job_workflow_ref: 'acme/web/.github/workflows/ci.yml@refs/heads/main',
}

export async function startCiPlatform(): Promise<CiPlatform> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'ci', alg: 'RS256', use: 'sig' }
  const jobs = new Map<string, Readonly<Record<string, string>>>()
  const issued: string[] = []

  const token = (claims: object, audience: string): string => {
    const now = Math.floor(Date.now() / 1000)
    const payload = {
      iss: url,
      aud: audience,
      jti: randomUUID(),
      iat: now,
      nbf: now,
      exp: now + 300,
    }
    const signed = [
      { alg: 'RS256', kid: 'ci', typ: 'JWT' },
      { ...payload, ...claims },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`
  }
  const answer = (request: IncomingMessage): object | undefined => {
    const { pathname, searchParams } = new URL(request.url ?? '', url)
    if (pathname === '/.well-known/openid-configuration')
      return { issuer: url, jwks_uri: `${url}/keys` }
    if (pathname === '/keys') return { keys: [jwk] }
    const claims = jobs.get((request.headers.authorization ?? '').replace('Bearer ', ''))
    const audience = searchParams.get('audience')
    if (pathname !== '/token' || claims === undefined || audience === null) return undefined
    issued.push(token({ ...CLAIMS, ...claims }, audience))
    return { value: issued.at(-1) }
  }
  const server = createServer((request, response) => {
    const found = answer(request)
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(found ?? {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const url = `http://${host}`
  return {
    url,
    host,
    issued,
    token: (audience, claims) => token(claims, audience),
    job(claims = {}) {
      const secret = randomUUID()
      jobs.set(secret, claims)
      return { ...jobEnvironment(url), ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/variables, read 2026-11-23 */
function jobEnvironment(url: string): Env {
  return {
    CI: 'true',
    ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2.0`,
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'alice',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REPOSITORY: 'acme/web',
    GITHUB_REPOSITORY_OWNER: 'acme',
    GITHUB_RUN_ID: '42',
    GITHUB_API_URL: url,
    GITHUB_SERVER_URL: url,
    GITHUB_SHA: COMMIT,
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'GitHub Actions 12',
    RUNNER_OS: 'Linux',
  }
}
