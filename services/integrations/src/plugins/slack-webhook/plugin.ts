import { receiptOf } from '@chainloop/plugin-sdk/http-answer'
import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

import { type Connection, callApi } from '../../json-api.ts'
import { type Summary, summarize } from '../../summary/summary.ts'
import { renderText } from '../../summary/text.ts'

/** Slack's limit for the text of a message. */
const maxTextLength = 4000

const registration = z.object({
  webhook: secret(z.url(), 'incoming webhook of the channel: https://hooks.slack.com/services/…'),
})

export const slackWebhook = definePlugin({
  id: 'slack-webhook',
  version: '2.1.0',
  description: 'Post a summary of every attestation to a Slack channel',
  registration,
  attachment: z.object({}),
  texts: { message: 'the message instead of the summary' },

  async validate(validation) {
    await post(validation, 'Chainloop posts attestations here from now on')
  },

  async deliver(delivery) {
    const { attestation, texts } = delivery
    const own = texts['message']
    return post(delivery, own === undefined ? messageOf(summarize(attestation)) : ownMessage(own))
  },
})

async function post(
  connection: Connection & { readonly registration: z.output<typeof registration> },
  text: string,
) {
  const { webhook: url } = connection.registration
  return receiptOf(await callApi(connection, { url, headers: {}, body: { text } }))
}

/** Operators may use Slack's markup; what a job brings into it mentions nobody. */
function ownMessage(text: string): string {
  return text.replaceAll(/<(?=[!@#])/g, '&lt;').slice(0, maxTextLength)
}

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
