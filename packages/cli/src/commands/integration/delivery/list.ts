import { defineCommand } from '../../../core/command.ts'
import { table, text } from '../../../core/view.ts'

export const deliveryList = defineCommand({
  name: 'integration delivery list',
  summary: 'List what was delivered, newest first',
  options: {
    run: { type: 'string', placeholder: 'id', help: 'only of this run' },
    workflow: { type: 'string', placeholder: 'name', help: 'only of this workflow' },
    project: { type: 'string', placeholder: 'name', help: 'its project' },
    integration: { type: 'string', placeholder: 'name', help: 'only to this registration' },
    limit: { type: 'integer', default: 50, help: 'deliveries per page' },
    next: { type: 'string', placeholder: 'cursor', help: 'continue a list' },
  },

  async run(session, options) {
    const client = await session.client()
    const { toDelivery } = await import('@chainloop/sdk/model/integration')
    const { deliveries, pagination } = await client.deliveries.list({
      runId: options.run ?? '',
      workflowName: options.workflow ?? '',
      projectName: options.project ?? '',
      integrationName: options.integration ?? '',
      pagination: { limit: options.limit, cursor: options.next ?? '' },
    })
    return { deliveries: deliveries.map(toDelivery), next: pagination?.nextCursor ?? '' }
  },

  view: ({ deliveries, next }) => [
    table(
      [
        'id',
        'integration',
        'workflow',
        'state',
        'attempts',
        'last answer',
        'attestation',
        'created',
      ],
      deliveries.map((one) => {
        const last = one.attempts.at(-1)
        return [
          one.id,
          one.integration,
          `${one.project}/${one.workflow}`,
          one.state,
          one.attempts.length,
          last && `${last.outcome}${last.responseCode > 0 ? ` (${last.responseCode})` : ''}`,
          one.attestationDigest,
          one.createdAt,
        ]
      }),
      { empty: 'nothing was delivered yet' },
    ),
    ...(next === '' ? [] : [text(`more: --next ${next}`)]),
  ],
})
