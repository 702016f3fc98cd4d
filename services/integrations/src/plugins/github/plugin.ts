import type { Delivery, Receipt } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import type { Answer } from '@chainloop/plugin-sdk/egress'
import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

import { type HeadCommit, headCommit, repositoryAt } from '../../evidence/commit.ts'
import { type Verdict, verdictOf } from '../../evidence/verdict.ts'
import { type Connection, below, callApi, readAnswer } from '../../json-api.ts'
import { githubReceipt } from './github-answer.ts'

/** GitHub's limit for the description of a status. */
const maxDescriptionLength = 140
const maxSummaryLength = 60_000

const repositoryName = /^[\w.-]+\/[\w.-]+$/

const registration = z.object({
  token: secret(z.string().min(1), 'that may write commit statuses, or checks (GitHub App)'),
  apiURL: z
    .url()
    .default('https://api.github.com')
    .meta({ description: 'of an Enterprise server: https://github.example/api/v3' }),
})

const attachment = z.object({
  repository: z
    .string()
    .regex(repositoryName)
    .optional()
    .meta({ description: 'owner/name; that of the commit when absent' }),
  report: z
    .enum(['status', 'check'])
    .default('status')
    .meta({ description: 'a commit status, or a check run, which only GitHub Apps may write' }),
  context: z.string().min(1).max(100).default('chainloop').meta({ description: 'its name' }),
  failOnViolations: z
    .boolean()
    .default(false)
    .meta({ description: 'any policy violation fails it, not only a gate that blocks' }),
})

type Registration = z.output<typeof registration>
type GitHubDelivery = Delivery<Registration, z.output<typeof attachment>>

interface Target {
  readonly repository: string
  readonly sha: string
  readonly verdict: Verdict
  readonly failed: boolean
}

export const github = definePlugin({
  id: 'github',
  version: '1.0.0',
  description: 'Set a status or a check on the commit that was attested',
  registration,
  attachment,
  texts: { description: 'the description of the status, or the summary of the check' },

  async validate(validation) {
    await githubReceipt(await call(validation, 'rate_limit'))
  },

  async validateAttachment(validation) {
    const { repository } = validation.attachment
    if (repository !== undefined) await githubReceipt(await call(validation, `repos/${repository}`))
  },

  async deliver(delivery) {
    const commit = headCommit(delivery.attestation)
    if (!commit) return { detail: 'there is no commit to report on' }
    const verdict = verdictOf(delivery.attestation.policies)
    const { failOnViolations, report } = delivery.attachment
    const failed = verdict.blocked || (failOnViolations && verdict.violations.length > 0)
    const repository = repositoryOf(delivery, commit)
    const target = { repository, sha: commit.hash, verdict, failed }
    return report === 'check' ? writeCheck(delivery, target) : writeStatus(delivery, target)
  },
})

function repositoryOf(
  { registration: { apiURL }, attachment: { repository } }: GitHubDelivery,
  commit: HeadCommit,
): string {
  const host = new URL(apiURL).hostname.replace(/^api\.github\.com$/, 'github.com')
  const found = repository ?? repositoryAt(host, commit)
  if (found !== undefined && repositoryName.test(found)) return found
  throw new DeliveryError('permanent', `no remote of the commit is a repository at ${host}`)
}

async function writeStatus(delivery: GitHubDelivery, target: Target): Promise<Receipt> {
  const { repository, sha, failed, verdict } = target
  const { attestation, attachment: to, texts } = delivery
  const description = texts['description'] ?? verdict.text
  const answer = await call(delivery, `repos/${repository}/statuses/${sha}`, {
    state: failed ? 'failure' : 'success',
    context: to.context,
    description: description.slice(0, maxDescriptionLength),
    ...(isHttp(attestation.run.runnerUrl) && { target_url: attestation.run.runnerUrl }),
  })
  return { ...(await githubReceipt(answer)), detail: said(target) }
}

/** Check runs add up, so one that an earlier attempt made is left alone. */
async function writeCheck(delivery: GitHubDelivery, target: Target): Promise<Receipt> {
  const { attestation, attachment: to, idempotencyKey, texts } = delivery
  if (await hasCheck(delivery, target)) return { detail: `${said(target)}, by an earlier attempt` }
  const { verdict, failed, repository, sha } = target
  const summary = texts['description'] ?? summaryOf(attestation.digest, verdict)
  const answer = await call(delivery, `repos/${repository}/check-runs`, {
    name: to.context,
    head_sha: sha,
    status: 'completed',
    conclusion: failed ? 'failure' : 'success',
    external_id: idempotencyKey,
    output: { title: verdict.text, summary: summary.slice(0, maxSummaryLength) },
    ...(isHttp(attestation.run.runnerUrl) && { details_url: attestation.run.runnerUrl }),
  })
  return { ...(await githubReceipt(answer)), detail: said(target) }
}

/** Markdown. What policies say is shown as it is written: in a code block that it cannot leave. */
function summaryOf(digest: string, { violations }: Verdict): string {
  if (violations.length === 0) return `Attestation \`${digest}\``
  const listed = violations
    .join('\n')
    .replaceAll('```', "'''")
    .slice(0, maxSummaryLength - 200)
  return `Attestation \`${digest}\`\n\n\`\`\`\n${listed}\n\`\`\``
}

const checkRuns = z.object({ check_runs: z.array(z.object({ external_id: z.string().nullish() })) })

async function hasCheck(delivery: GitHubDelivery, { repository, sha }: Target): Promise<boolean> {
  const query = new URLSearchParams({ check_name: delivery.attachment.context, filter: 'all' })
  const answer = await call(
    delivery,
    `repos/${repository}/commits/${sha}/check-runs?${query.toString()}`,
  )
  const { check_runs: found } = await readAnswer(answer, checkRuns, githubReceipt)
  return found.some(({ external_id: id }) => id === delivery.idempotencyKey)
}

function said({ failed, repository, sha }: Target): string {
  return `${failed ? 'failure' : 'success'} on ${repository}@${sha.slice(0, 12)}`
}

function isHttp(url: string): boolean {
  return /^https?:\/\//.test(url) && URL.canParse(url)
}

function call(
  connection: Connection & { readonly registration: Registration },
  path: string,
  body?: object,
): Promise<Answer> {
  const { apiURL, token } = connection.registration
  return callApi(connection, {
    url: below(apiURL, path),
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
    },
    ...(body && { body }),
  })
}
