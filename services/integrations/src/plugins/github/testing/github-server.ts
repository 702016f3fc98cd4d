import type { components, operations } from '@octokit/openapi-types'
import { z } from 'zod'

import {
  type VendorAnswer,
  type VendorCall,
  type VendorServer,
  route,
  startVendorServer,
} from '../../../testing/vendor-server.ts'

/* What GitHub takes and answers is what the types say that GitHub generates from its OpenAPI description. */
type Schemas = components['schemas']
type BodyOf<O extends 'repos/create-commit-status' | 'checks/create'> =
  operations[O]['requestBody']['content']['application/json']

const statusBody = z.strictObject({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  target_url: z.url().exactOptional(),
  description: z.string().max(140).exactOptional(),
  context: z.string().exactOptional(),
}) satisfies z.ZodType<BodyOf<'repos/create-commit-status'>>

const checkBody = z.strictObject({
  name: z.string(),
  head_sha: z.string(),
  status: z.literal('completed'),
  conclusion: z.enum(['success', 'failure', 'neutral']),
  details_url: z.url().exactOptional(),
  external_id: z.string().exactOptional(),
  output: z.strictObject({
    title: z.string(),
    summary: z.string().max(65_535),
  }),
}) satisfies z.ZodType<BodyOf<'checks/create'>>

export interface GitHubServer extends VendorServer {
  readonly statuses: readonly z.output<typeof statusBody>[]
  readonly checks: readonly z.output<typeof checkBody>[]
}

export interface GitHubOptions {
  readonly token: string
  /** `owner/name` */
  readonly repository: string
  readonly commit: string
  /** Instead of everything else. */
  readonly trouble?: VendorAnswer
}

/** A GitHub with one repository that has one commit. */
export async function startGitHub(options: GitHubOptions): Promise<GitHubServer> {
  const statuses: z.output<typeof statusBody>[] = []
  const checks: z.output<typeof checkBody>[] = []
  const nothing = z.undefined()
  const known = <B>(call: VendorCall<B>, answer: () => VendorAnswer): VendorAnswer =>
    refusalOf(options, call) ?? answer()

  const server = await startVendorServer([
    route({
      operation: 'GET /rate_limit',
      body: nothing,
      answer: (call) => known(call, () => ({ status: 200, body: rateLimits })),
    }),
    route({
      operation: 'GET /repos/{owner}/{repo}',
      body: nothing,
      answer: (call) =>
        known(call, () => ({ status: 200, body: { full_name: options.repository } })),
    }),
    route({
      operation: 'POST /repos/{owner}/{repo}/statuses/{sha}',
      body: statusBody,
      answer: (call) =>
        known(call, () => {
          statuses.push(call.body)
          return { status: 201, body: statusOf(statuses.length, call.body) }
        }),
    }),
    route({
      operation: 'POST /repos/{owner}/{repo}/check-runs',
      body: checkBody,
      answer: (call) =>
        known(call, () => {
          checks.push(call.body)
          return { status: 201, body: { id: checks.length, html_url: 'https://github.test/1' } }
        }),
    }),
    route({
      operation: 'GET /repos/{owner}/{repo}/commits/{sha}/check-runs',
      body: nothing,
      answer: (call) =>
        known(call, () => {
          const found = checks.filter(({ name }) => name === call.query.get('check_name'))
          const runs = found.map(({ external_id = null }, id) => ({ id, external_id }))
          return { status: 200, body: { total_count: runs.length, check_runs: runs } }
        }),
    }),
  ])
  return Object.assign(server, { statuses, checks })
}

function refusalOf<B>(
  { token, repository, commit, trouble }: GitHubOptions,
  { headers, params }: VendorCall<B>,
): VendorAnswer | undefined {
  if (trouble) return trouble
  if (headers.authorization !== `Bearer ${token}`) return basicError(401, 'Bad credentials')
  const { owner, repo, sha } = params
  if (owner !== undefined && `${owner}/${repo}` !== repository) return basicError(404, 'Not Found')
  const isKnown = sha === undefined || sha === commit
  return isKnown ? undefined : basicError(422, `No commit found for SHA: ${sha}`)
}

function basicError(status: number, message: string): VendorAnswer {
  return { status, body: { message, status: String(status) } satisfies Schemas['basic-error'] }
}

const limit = { limit: 5000, remaining: 4999, reset: 1_800_000_000, used: 1 }
const rateLimits = {
  resources: { core: limit, search: limit },
  rate: limit,
} satisfies Schemas['rate-limit-overview']

function statusOf(id: number, body: z.output<typeof statusBody>): Schemas['status'] {
  const at = '2026-11-23T10:00:00Z'
  return {
    url: 'https://api.github.test/statuses/1',
    avatar_url: null,
    id,
    node_id: 'MDY6U3RhdHVzMQ==',
    state: body.state,
    description: body.description ?? null,
    target_url: body.target_url ?? null,
    context: body.context ?? 'default',
    created_at: at,
    updated_at: at,
    creator: null,
  }
}
