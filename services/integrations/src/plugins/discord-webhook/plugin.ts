import { receiptOf } from '@chainloop/plugin-sdk/http-answer'
import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

import { callApi, readAnswer } from '../../json-api.ts'
import { summarize } from '../../summary/summary.ts'
import { renderText } from '../../summary/text.ts'

/** Discord's limit for the text of a message. */
const maxContentLength = 2000

/** What Discord tells about a webhook to who knows its address. */
const about = z.object({
  name: z.string().nullish(),
  user: z.object({ username: z.string() }).optional(),
})

export const discordWebhook = definePlugin({
  id: 'discord-webhook',
  version: '2.1.0',
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
  texts: { message: 'the message above the summary' },

  async validate(validation) {
    const answer = await callApi(validation, { url: validation.registration.webhook, headers: {} })
    const { name, user } = await readAnswer(answer, about)
    return { ...(name && { webhookName: name }), ...(user && { webhookOwner: user.username }) }
  },

  async deliver({ attestation, registration, texts, fetch, signal }) {
    const { webhook, username } = registration
    const message = texts['message'] ?? 'New Attestation Received'
    const body = new FormData()
    body.append(
      'payload_json',
      JSON.stringify({
        content: message.slice(0, maxContentLength),
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
