import { FormData } from '@chainloop/kit/egress/guarded-fetch'
import { z } from 'zod'

import { receiptOf } from '../../http-answer.ts'
import { definePlugin, secret } from '../../plugin.ts'
import { summarize } from '../../summary/summary.ts'
import { renderText } from '../../summary/text.ts'

export const discordWebhook = definePlugin({
  id: 'discord-webhook',
  version: '2.0.0',
  description: 'Post a summary of every attestation to a Discord channel',
  registration: z.object({
    webhook: secret(z.url(), 'webhook of the channel: https://discord.com/api/webhooks/…'),
    username: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .meta({ description: "name to post under instead of the webhook's own" }),
  }),
  attachment: z.object({}),

  async deliver({ attestation, registration, fetch, signal }) {
    const { webhook, username } = registration
    const body = new FormData()
    body.append(
      'payload_json',
      JSON.stringify({
        content: 'New Attestation Received',
        ...(username && { username }),
        attachments: [{ id: 0, filename: 'statement.txt' }],
        allowed_mentions: { parse: [] },
      }),
    )
    const summary = new Blob([renderText(summarize(attestation))], { type: 'text/plain' })
    body.append('files[0]', summary, 'statement.txt')
    const answer = await fetch(withWait(webhook), { method: 'POST', body, signal })
    return receiptOf(answer)
  },
})

/** Without it Discord answers before the message is accepted. */
function withWait(webhook: string): URL {
  const url = new URL(webhook)
  url.searchParams.set('wait', 'true')
  return url
}
