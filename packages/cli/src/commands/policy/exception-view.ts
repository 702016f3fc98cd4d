import type { ExceptionSubject, PolicyException } from '@chainloop/sdk/model/policy-exception'

import { record, table, type View } from '../../core/view.ts'

export function subjectText(subject: ExceptionSubject): string {
  const said = Object.entries(subject).filter(([, value]) => value !== '')
  return said.length === 0
    ? 'every run'
    : said.map(([name, value]) => `${name} ${value}`).join('\n')
}

export function exceptionView(exception: PolicyException): View {
  const approvals = exception.decisions.filter(({ kind }) => kind === 'approved').length
  return [
    record([
      ['id', exception.id],
      ['policy', exception.policy],
      ['about', subjectText(exception.subject)],
      ['reason', exception.reason],
      ['state', exception.state],
      ['approvals', `${approvals} of ${exception.approvalsNeeded}`],
      ['until', exception.expiresAt],
      ['requested by', exception.requestedBy],
      ['requested', exception.requestedAt],
      ['runs', exception.runs],
    ]),
    table(
      ['decision', 'by', 'comment', 'when'],
      exception.decisions.map((one) => [one.kind, one.decidedBy, one.comment, one.decidedAt]),
      { empty: '', title: 'Decisions' },
    ),
  ]
}
