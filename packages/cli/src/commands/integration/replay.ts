import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import { moment } from '../../core/moment.ts'
import { findAttachment } from './find-attachment.ts'
import { replayView } from './replay-view.ts'
import { watchReplay } from './watch-replay.ts'

export const integrationReplay = defineCommand({
  name: 'integration replay',
  summary: 'Send history to one attachment once more',
  details:
    'For a new target, or one that has lost data. The attestations of the attachment’s workflow that fit are delivered again, oldest first, in a new generation: with idempotency keys of their own.',
  options: {
    attachment: { type: 'string', placeholder: 'id', help: 'where to' },
    integration: {
      type: 'string',
      placeholder: 'name',
      help: 'or the registration, with --workflow and --project',
    },
    workflow: { type: 'string', placeholder: 'name', help: 'whose history' },
    project: { type: 'string', placeholder: 'name', help: 'its project' },
    since: { type: 'string', placeholder: 'time', help: 'stored since: 30d, 2026-11-01' },
    until: { type: 'string', placeholder: 'time', help: 'stored until then' },
    run: { type: 'string', placeholder: 'id', help: 'only the attestation of this run' },
    digest: { type: 'string', placeholder: 'digest', help: 'only this attestation' },
    'per-minute': { type: 'integer', default: 60, help: 'how many are sent to the queue' },
    wait: { type: 'boolean', help: 'until everything was delivered or given up' },
  },
  examples: [
    'chainloop integration replay --integration dependency-track --workflow build --project web --since 90d --wait',
    'chainloop integration replay --attachment 0d2c9a9e-9a56-4d9c-9f5e-5a0f2f1d8a01 --run 3f0c8a53-3f5e-4a53-8b53-4c2d0a3b9a10',
  ],

  async run(session, options) {
    const { since, until, run = '', digest = '' } = options
    if (since === undefined && until === undefined && run === '' && digest === '') {
      throw new UsageError('say what is sent again', 'give --since, --until, --run or --digest')
    }
    const client = await session.client()
    const { toTimestamp } = await import('@chainloop/sdk/model/time')
    const { toReplay } = await import('@chainloop/sdk/model/fan-out')
    const at = (flag: string, typed: string) =>
      toTimestamp(moment(flag, typed, { towards: 'past' }))
    const { replay } = await client.deliveries.startReplay({
      attachmentId: await findAttachment(client, options),
      runId: run,
      digest,
      perMinute: options['per-minute'],
      ...(since === undefined ? {} : { since: at('since', since) }),
      ...(until === undefined ? {} : { until: at('until', until) }),
    })
    const started = toReplay(replay)
    return options.wait === true ? watchReplay(session, started) : started
  },

  view: replayView,
})
