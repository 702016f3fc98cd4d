import type { Delivery, Receipt } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import type { Answer } from '@chainloop/plugin-sdk/egress'
import { receiptOf } from '@chainloop/plugin-sdk/http-answer'
import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

import { type HeadCommit, headCommit, repositoryAt } from '../../evidence/commit.ts'
import { verdictOf } from '../../evidence/verdict.ts'
import { type Connection, below, callApi, readAnswer } from '../../json-api.ts'

/** GitLab's limit for the description of a status. */
const maxDescriptionLength = 255

const registration = z.object({
  url: z.url().default('https://gitlab.com').meta({ description: 'address of GitLab' }),
  token: secret(z.string().min(1), 'access token with the scope api, at least as developer'),
})

const attachment = z.object({
  project: z
    .string()
    .regex(/^(?:\d+|[\w.-]+(?:\/[\w.-]+)+)$/, 'must be a number or a path')
    .optional()
    .meta({ description: 'id or path of the project; that of the commit when absent' }),
  context: z.string().min(1).max(255).default('chainloop').meta({ description: 'its name' }),
  failOnViolations: z
    .boolean()
    .default(false)
    .meta({ description: 'any policy violation fails it, not only a gate that blocks' }),
})

type Registration = z.output<typeof registration>
type GitLabDelivery = Delivery<Registration, z.output<typeof attachment>>
type State = 'success' | 'failed'

export const gitlab = definePlugin({
  id: 'gitlab',
  version: '1.0.0',
  description: 'Set a status on the commit that was attested',
  registration,
  attachment,
  texts: { description: 'the description of the status' },

  async validate(validation) {
    const answer = await call(validation, 'version')
    const { version } = await readAnswer(answer, z.object({ version: z.string() }))
    return { version }
  },

  async validateAttachment(validation) {
    const { project } = validation.attachment
    if (project === undefined) return
    await receiptOf(await call(validation, `projects/${encodeURIComponent(project)}`))
  },

  async deliver(delivery) {
    const { attestation, attachment: to, texts } = delivery
    const commit = headCommit(attestation)
    if (!commit) return { detail: 'there is no commit to report on' }
    const { blocked, violations, text } = verdictOf(attestation.policies)
    const state = blocked || (to.failOnViolations && violations.length > 0) ? 'failed' : 'success'
    const { runnerUrl } = attestation.run
    const path = `projects/${encodeURIComponent(projectOf(delivery, commit))}`
    const answer = await call(delivery, `${path}/statuses/${commit.hash}`, {
      state,
      name: to.context,
      description: (texts['description'] ?? text).slice(0, maxDescriptionLength),
      ...(/^https?:\/\//.test(runnerUrl) && { target_url: runnerUrl }),
    })
    const receipt = await receiptOf(answer).catch((cause: unknown) =>
      unlessThere(delivery, { cause, state, path: `${path}/repository/commits/${commit.hash}` }),
    )
    return { ...receipt, detail: `${state} on ${commit.hash.slice(0, 12)}` }
  },
})

function projectOf({ registration: { url }, attachment: to }: GitLabDelivery, commit: HeadCommit) {
  const { hostname } = new URL(url)
  const project = to.project ?? repositoryAt(hostname, commit)
  if (project !== undefined) return project
  throw new DeliveryError('permanent', `no remote of the commit is a project at ${hostname}`)
}

const statuses = z.array(z.object({ status: z.string() }))

interface Refusal {
  readonly cause: unknown
  readonly state: State
  /** Of the commit. */
  readonly path: string
}

/** GitLab refuses a status that it has already (400), as after an attempt whose answer was lost. */
async function unlessThere(
  delivery: GitLabDelivery,
  { cause, state, path }: Refusal,
): Promise<Receipt> {
  if (!(cause instanceof DeliveryError) || cause.responseCode !== 400) throw cause
  const query = new URLSearchParams({ name: delivery.attachment.context, per_page: '1' })
  const found = await readAnswer(
    await call(delivery, `${path}/statuses?${query.toString()}`),
    statuses,
  )
  if (found[0]?.status !== state) throw cause
  return { responseCode: 200 }
}

function call(
  connection: Connection & { readonly registration: Registration },
  path: string,
  body?: object,
): Promise<Answer> {
  const { url, token } = connection.registration
  return callApi(connection, {
    url: below(url, `api/v4/${path}`),
    headers: { 'private-token': token },
    ...(body && { body }),
  })
}
