import type { Client } from '@chainloop/sdk/client'
import type { PolicyException } from '@chainloop/sdk/model/policy-exception'

import { defineCommand } from '../../core/command.ts'
import type { Session } from '../../core/session.ts'
import { exceptionView } from './exception-view.ts'

const options = {
  id: { type: 'string', required: true, help: 'id of the exception' },
  comment: { type: 'string', default: '', help: 'what to say about it' },
} as const

export const exceptionApprove = defineCommand({
  name: 'policy exception approve',
  summary: 'Grant an exception',
  details:
    'Where the organization asks for two people (`organization update --two-person-policy-exceptions`), two have to approve who are signed in and have not asked for it.',
  options,
  run: (session, input) => decide(session, input, 'approve'),
  view: exceptionView,
})

export const exceptionReject = defineCommand({
  name: 'policy exception reject',
  summary: 'Refuse an exception',
  options,
  run: (session, input) => decide(session, input, 'reject'),
  view: exceptionView,
})

export const exceptionRevoke = defineCommand({
  name: 'policy exception revoke',
  summary: 'End an exception before its time',
  details: 'Runs that are stored from now on are judged without it.',
  options,
  run: (session, input) => decide(session, input, 'revoke'),
  view: exceptionView,
})

async function decide(
  session: Session,
  decision: { readonly id: string; readonly comment: string },
  how: 'approve' | 'reject' | 'revoke',
): Promise<PolicyException> {
  const client: Client = await session.client()
  const { toPolicyException } = await import('@chainloop/sdk/model/policy-exception')
  return toPolicyException((await client.policyExceptions[how](decision)).exception)
}
