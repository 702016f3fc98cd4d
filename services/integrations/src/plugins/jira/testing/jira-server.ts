import type {
  CreatedIssue,
  ErrorCollection,
  IssueUpdateDetails,
  SearchAndReconcileRequest,
  SearchAndReconcileResults,
} from 'jira.js/cloud'
import { z } from 'zod'

import {
  type VendorAnswer,
  type VendorCall,
  type VendorServer,
  route,
  startVendorServer,
} from '../../../testing/vendor-server.ts'

/* What Jira takes and answers is what the types of jira.js say, which are made of Atlassian's OpenAPI description. */
const text = z.strictObject({ type: z.literal('text'), text: z.string().min(1) })
const paragraph = z.strictObject({ type: z.literal('paragraph'), content: z.array(text) })
const fields = z.strictObject({
  project: z.strictObject({ key: z.string() }),
  issuetype: z.strictObject({ name: z.string() }),
  summary: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[^\n]*$/),
  description: z.strictObject({
    type: z.literal('doc'),
    version: z.literal(1),
    content: z.array(paragraph),
  }),
  labels: z.array(z.string().regex(/^\S{1,255}$/)),
})
const issueBody = z.strictObject({ fields }) satisfies z.ZodType<IssueUpdateDetails>

const searchBody = z.strictObject({
  jql: z.string(),
  fields: z.array(z.string()),
  maxResults: z.int(),
}) satisfies z.ZodType<SearchAndReconcileRequest>

type Fields = z.output<typeof fields>

export interface JiraServer extends VendorServer {
  readonly issues: readonly Fields[]
}

export interface JiraOptions {
  readonly email: string
  readonly apiToken: string
  readonly project: string
}

/** A Jira Cloud with one project, which knows issues of the type Bug. */
export async function startJira(options: JiraOptions): Promise<JiraServer> {
  const issues: Fields[] = []
  const nothing = z.undefined()
  const known = <B>(call: VendorCall<B>, answer: () => VendorAnswer): VendorAnswer =>
    refusalOf(options, call) ?? answer()
  const keyOf = (index: number): string => `${options.project}-${index + 1}`

  const server = await startVendorServer([
    route({
      operation: 'GET /rest/api/3/myself',
      body: nothing,
      answer: (call) => known(call, () => ({ status: 200, body: { active: true } })),
    }),
    route({
      operation: 'GET /rest/api/3/project/{project}',
      body: nothing,
      answer: (call) =>
        known(call, () =>
          call.params['project'] === options.project
            ? { status: 200, body: { key: options.project } }
            : errors(404, { errorMessages: ['No project could be found'] }),
        ),
    }),
    route({
      operation: 'POST /rest/api/3/search/jql',
      body: searchBody,
      answer: (call) =>
        known(call, () => {
          const label = /labels = "([^"]+)"/.exec(call.body.jql)?.[1] ?? ''
          const found = issues
            .map(({ labels }, index) => ({ id: String(index), key: keyOf(index), labels }))
            .filter(({ labels }) => labels.includes(label))
            .map(({ id, key }) => ({ id, key }))
          return {
            status: 200,
            body: { isLast: true, issues: found } satisfies SearchAndReconcileResults,
          }
        }),
    }),
    route({
      operation: 'POST /rest/api/3/issue',
      body: issueBody,
      answer: (call) =>
        known(call, () => {
          const { fields: issue } = call.body
          if (issue.issuetype.name !== 'Bug') {
            return errors(400, { errors: { issuetype: 'Specify a valid issue type' } })
          }
          issues.push(issue)
          const key = keyOf(issues.length - 1)
          const body = { id: '1', key, self: `https://jira.test/${key}` } satisfies CreatedIssue
          return { status: 201, body }
        }),
    }),
  ])
  return Object.assign(server, { issues })
}

function errors(status: number, body: ErrorCollection): VendorAnswer {
  return { status, body }
}

function refusalOf<B>(
  { email, apiToken }: JiraOptions,
  { headers }: VendorCall<B>,
): VendorAnswer | undefined {
  const credentials = Buffer.from(`${email}:${apiToken}`).toString('base64')
  if (headers.authorization === `Basic ${credentials}`) return undefined
  return errors(401, { errorMessages: ['Client must be authenticated'] })
}
