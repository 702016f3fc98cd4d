import { defineCommand } from '../../core/command.ts'
import { moment } from '../../core/moment.ts'
import { table } from '../../core/view.ts'
import { exceptionView, subjectText } from './exception-view.ts'

export const exceptionRequest = defineCommand({
  name: 'policy exception request',
  summary: 'Ask for leave to violate a policy',
  details:
    'It counts once it is approved, for runs that are stored until its end, where everything that is named here fits. --violation is the whole message of one violation, or the external id of its finding; without it all violations of the policy are covered, and that it gives no verdict.',
  options: {
    policy: { type: 'string', required: true, help: 'name of the policy, as its document says it' },
    reason: { type: 'string', required: true, help: 'why' },
    until: {
      type: 'string',
      required: true,
      placeholder: 'time',
      help: 'when it ends: 14d, 2027-01-31, 2027-01-31T12:00:00Z',
    },
    project: { type: 'string', short: 'p', help: 'only runs of this project' },
    workflow: { type: 'string', short: 'w', help: 'only of this workflow of the project' },
    material: { type: 'string', help: 'only the material of this name' },
    digest: { type: 'string', short: 'd', help: 'only the material of this digest' },
    violation: { type: 'string', help: 'only this violation' },
  },
  examples: [
    'chainloop policy exception request --policy banned --project web --until 14d --reason "replaced next week"',
  ],

  async run(session, { policy, reason, until, ...options }) {
    const expiresAt = moment('until', until, { towards: 'future' })
    const client = await session.client()
    const { toPolicyException } = await import('@chainloop/sdk/model/policy-exception')
    const { toTimestamp } = await import('@chainloop/sdk/model/time')
    const { project = '', workflow = '', material = '', digest = '', violation = '' } = options
    const { exception } = await client.policyExceptions.request({
      policy,
      reason,
      expiresAt: toTimestamp(expiresAt),
      subject: { project, workflow, material, digest, violation },
    })
    return toPolicyException(exception)
  },

  view: exceptionView,
})

export const exceptionList = defineCommand({
  name: 'policy exception list',
  summary: 'List exceptions, the newest first',
  options: {
    state: {
      type: 'string',
      choices: ['requested', 'approved', 'rejected', 'revoked', 'expired'],
      help: 'only those',
    },
    policy: { type: 'string', help: 'only of this policy' },
    limit: { type: 'integer', default: 50, help: 'at most so many' },
    next: { type: 'string', placeholder: 'cursor', help: 'the page after' },
  },

  async run(session, { state, policy = '', limit, next: cursor = '' }) {
    const client = await session.client()
    const { exceptionState, toPolicyException } =
      await import('@chainloop/sdk/model/policy-exception')
    const known = exceptionState.names.find((name) => name === state)
    const { exceptions, nextCursor } = await client.policyExceptions.list({
      policy,
      limit,
      cursor,
      ...(known && { state: exceptionState.numberOf(known) }),
    })
    return { exceptions: exceptions.map(toPolicyException), next: nextCursor }
  },

  view: ({ exceptions, next }) => [
    table(
      ['id', 'policy', 'about', 'state', 'until', 'by', 'runs', 'reason'],
      exceptions.map((one) => [
        one.id,
        one.policy,
        subjectText(one.subject),
        one.state,
        one.expiresAt,
        one.requestedBy,
        one.runs,
        one.reason,
      ]),
      { empty: 'there are no exceptions' },
    ),
    ...(next === '' ? [] : [{ type: 'text' as const, text: `more: --next ${next}` }]),
  ],
})

export const exceptionDescribe = defineCommand({
  name: 'policy exception describe',
  summary: 'Show an exception and who decided what about it',
  options: { id: { type: 'string', required: true, help: 'id of the exception' } },

  async run(session, { id }) {
    const client = await session.client()
    const { toPolicyException } = await import('@chainloop/sdk/model/policy-exception')
    return toPolicyException((await client.policyExceptions.describe({ id })).exception)
  },

  view: exceptionView,
})
