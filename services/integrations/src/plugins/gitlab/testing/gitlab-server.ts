import type {
  CommitStatusSchema,
  CommitablePipelineStatus,
  EditPipelineStatusOptions,
  MetadataSchema,
} from '@gitbeaker/core'
import { z } from 'zod'

import {
  type VendorAnswer,
  type VendorCall,
  type VendorServer,
  route,
  startVendorServer,
} from '../../../testing/vendor-server.ts'

/* What GitLab takes and answers is what the types of @gitbeaker/core say, whose names of settings are in camel case. */
const statusBody = z.strictObject({
  state: z.enum(['pending', 'running', 'success', 'failed', 'canceled']),
  name: z.string().exactOptional(),
  description: z.string().max(255).exactOptional(),
  target_url: z.url().max(255).exactOptional(),
}) satisfies z.ZodType<
  { state: CommitablePipelineStatus } & Pick<EditPipelineStatusOptions, 'name' | 'description'> & {
      target_url?: EditPipelineStatusOptions['targetUrl'] & string
    }
>
type Status = z.output<typeof statusBody>

export interface GitLabServer extends VendorServer {
  readonly statuses: readonly Status[]
}

export interface GitLabOptions {
  readonly token: string
  /** Path. */
  readonly project: string
  readonly commit: string
}

/** A GitLab with one project that has one commit. */
export async function startGitLab(options: GitLabOptions): Promise<GitLabServer> {
  const statuses: Status[] = []
  const nothing = z.undefined()
  const known = <B>(call: VendorCall<B>, answer: () => VendorAnswer): VendorAnswer =>
    refusalOf(options, call) ?? answer()

  const server = await startVendorServer([
    route({
      operation: 'GET /api/v4/version',
      body: nothing,
      answer: (call) =>
        known(call, () => ({
          status: 200,
          body: { version: '18.5.0', revision: 'abc' } satisfies Pick<
            MetadataSchema,
            'version' | 'revision'
          >,
        })),
    }),
    route({
      operation: 'GET /api/v4/projects/{project}',
      body: nothing,
      answer: (call) => known(call, () => ({ status: 200, body: { id: 1 } })),
    }),
    route({
      operation: 'POST /api/v4/projects/{project}/statuses/{sha}',
      body: statusBody,
      answer: (call) =>
        known(call, () => {
          const last = statuses.findLast(({ name }) => name === call.body.name)
          if (last?.state === call.body.state) return sameState(call.body)
          statuses.push(call.body)
          return { status: 201, body: toStatus(options.commit, call.body) }
        }),
    }),
    route({
      operation: 'GET /api/v4/projects/{project}/repository/commits/{sha}/statuses',
      body: nothing,
      answer: (call) =>
        known(call, () => {
          const last = statuses.findLast(({ name }) => name === call.query.get('name'))
          return { status: 200, body: last ? [toStatus(options.commit, last)] : [] }
        }),
    }),
  ])
  return Object.assign(server, { statuses })
}

/** What GitLab says to a state that the status has already. */
function sameState({ state }: Status): VendorAnswer {
  return { status: 400, body: { message: `Cannot transition status via :enqueue from :${state}` } }
}

function refusalOf<B>(
  { token, project, commit }: GitLabOptions,
  { headers, params }: VendorCall<B>,
): VendorAnswer | undefined {
  const refusal = (status: number, message: string) => ({ status, body: { message } })
  if (headers['private-token'] !== token) return refusal(401, '401 Unauthorized')
  const named = params['project']
  if (named !== undefined && decodeURIComponent(named) !== project)
    return refusal(404, '404 Project Not Found')
  const { sha } = params
  return sha === undefined || sha === commit ? undefined : refusal(404, '404 Commit Not Found')
}

function toStatus(sha: string, { state, name = '', description = '' }: Status) {
  return {
    id: 1,
    sha,
    ref: 'main',
    status: state,
    name,
    description,
    target_url: '',
    created_at: '2026-11-23T10:00:00Z',
    allow_failure: false,
  } satisfies Omit<CommitStatusSchema, 'author'>
}
