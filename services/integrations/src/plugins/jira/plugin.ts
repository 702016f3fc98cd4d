import { createHash } from 'node:crypto'

import type { Delivery } from '@chainloop/plugin-sdk/delivery'
import type { Answer } from '@chainloop/plugin-sdk/egress'
import { receiptOf } from '@chainloop/plugin-sdk/http-answer'
import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

import { type Verdict, verdictOf } from '../../evidence/verdict.ts'
import { type Connection, below, callApi, readAnswer } from '../../json-api.ts'

/** Jira's limits. */
const maxSummaryLength = 255
const maxDescriptionLength = 30_000

const registration = z.object({
  url: z.url().meta({ description: 'address of Jira Cloud: https://acme.atlassian.net' }),
  email: z.email().meta({ description: 'account that writes the issues' }),
  apiToken: secret(z.string().min(1), 'API token of the account'),
  project: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]+$/, 'must be the key of a project')
    .meta({ description: 'key of the project that the issues go to' }),
})

const attachment = z.object({
  issueType: z.string().min(1).default('Bug').meta({ description: 'type of the issues' }),
  onlyWhenBlocked: z
    .boolean()
    .default(false)
    .meta({ description: 'only when a gate blocks, not for every violation' }),
})

type Registration = z.output<typeof registration>
type JiraDelivery = Delivery<Registration, z.output<typeof attachment>>

export const jira = definePlugin({
  id: 'jira',
  version: '1.0.0',
  description: 'Write a Jira issue when an attestation violates policies',
  registration,
  attachment,
  texts: { summary: 'the title of the issue', description: 'the text of the issue' },

  async validate(validation) {
    await receiptOf(await call(validation, 'myself'))
    await receiptOf(await call(validation, `project/${validation.registration.project}`))
  },

  async deliver(delivery) {
    const verdict = verdictOf(delivery.attestation.policies)
    const isDue =
      verdict.blocked || (!delivery.attachment.onlyWhenBlocked && verdict.violations.length > 0)
    if (!isDue) return { detail: 'no policy is violated' }
    const label = labelOf(delivery.idempotencyKey)
    const before = await findIssue(delivery, label)
    if (before !== undefined) return { detail: `${before} was written by an earlier attempt` }
    const answer = await call(delivery, 'issue', { fields: fieldsOf(delivery, verdict, label) })
    const { status } = answer
    const { key } = await readAnswer(answer, z.object({ key: z.string() }))
    return { responseCode: status, detail: key }
  },
})

/** By it a later attempt finds the issue. */
function labelOf(idempotencyKey: string): string {
  return `chainloop-${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 16)}`
}

const found = z.object({ issues: z.array(z.object({ key: z.string() })).default([]) })

async function findIssue(delivery: JiraDelivery, label: string): Promise<string | undefined> {
  const { project } = delivery.registration
  const jql = `project = "${project}" AND labels = "${label}"`
  const answer = await call(delivery, 'search/jql', { jql, fields: ['key'], maxResults: 1 })
  return (await readAnswer(answer, found)).issues[0]?.key
}

function fieldsOf({ attestation, ...delivery }: JiraDelivery, verdict: Verdict, label: string) {
  const { project, workflow, run, digest } = attestation
  const { texts, registration: settings, attachment: to } = delivery
  const summary = texts['summary'] ?? `${project.name}/${workflow.name}: ${verdict.text}`
  const text =
    texts['description'] ??
    [
      `Attestation ${digest} of project ${project.name} ${project.version}, workflow ${workflow.name}.`,
      ...verdict.violations.map((violation) => `• ${violation}`),
      run.runnerUrl,
      `chainloop workflow run describe --id ${run.id}`,
    ]
      .filter((line) => line !== '')
      .join('\n')
  return {
    project: { key: settings.project },
    issuetype: { name: to.issueType },
    summary: summary.replaceAll(/\s+/g, ' ').slice(0, maxSummaryLength),
    description: toDocument(text.slice(0, maxDescriptionLength)),
    labels: ['chainloop', label],
  }
}

/** Atlassian Document Format, one paragraph per line: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
function toDocument(text: string): object {
  const content = text.split('\n').map((line) => ({
    type: 'paragraph',
    content: line === '' ? [] : [{ type: 'text', text: line }],
  }))
  return { type: 'doc', version: 1, content }
}

function call(
  connection: Connection & { readonly registration: Registration },
  path: string,
  body?: object,
): Promise<Answer> {
  const { url, email, apiToken } = connection.registration
  const credentials = Buffer.from(`${email}:${apiToken}`).toString('base64')
  return callApi(connection, {
    url: below(url, `rest/api/3/${path}`),
    headers: { authorization: `Basic ${credentials}` },
    ...(body && { body }),
  })
}
