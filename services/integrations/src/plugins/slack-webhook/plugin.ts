import { z } from 'zod'

import { receiptOf } from '../../http-answer.ts'
import { definePlugin, secret } from '../../plugin.ts'
import { type Summary, summarize } from '../../summary/summary.ts'
import { renderText } from '../../summary/text.ts'

/** Slack's limit for the text of a message. */
const maxTextLength = 4000

export const slackWebhook = definePlugin({
  id: 'slack-webhook',
  version: '2.0.0',
  description: 'Post a summary of every attestation to a Slack channel',
  registration: z.object({
    webhook: secret(z.url(), 'incoming webhook of the channel: https://hooks.slack.com/services/…'),
  }),
  attachment: z.object({}),

  async deliver({ attestation, registration, fetch, signal }) {
    const text = messageOf(summarize(attestation))
    const answer = await fetch(registration.webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
      signal,
    })
    return receiptOf(answer)
  },
})

/** Escaping makes text longer, so it is cut until it fits. */
function messageOf(summary: Summary): string {
  const message = (length: number): string =>
    `${escapeSlack(summary.headline)}\n\`\`\`\n${fenced(renderText(summary, length))}\n\`\`\``
  let length = maxTextLength
  while (message(length).length > maxTextLength && length > 0) length -= 200
  return message(length)
}

/** Nothing inside may end the fence or mention anybody. */
function fenced(text: string): string {
  return escapeSlack(text).replaceAll('```', "'''")
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
