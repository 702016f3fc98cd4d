import { receiptOf } from '@chainloop/plugin-sdk/http-answer'
import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

import { type Connection, callApi } from '../../json-api.ts'
import { type Summary, summarize } from '../../summary/summary.ts'

/** Teams refuses messages of more than 28 KB. */
const maxCardLength = 24_000
const maxHeadlineLength = 1000

const registration = z.object({
  webhook: secret(
    z.url(),
    'address of the workflow "Post to a channel when a webhook request is received"',
  ),
})

export const teams = definePlugin({
  id: 'teams',
  version: '1.1.0',
  description: 'Post a card about every attestation to a Microsoft Teams channel or chat',
  registration,
  attachment: z.object({}),
  texts: { message: 'the headline of the card' },

  async validate(validation) {
    const headline = 'Chainloop posts attestations here from now on'
    await post(validation, { headline, sections: [], footer: 'This was a test.' })
  },

  async deliver(delivery) {
    const { attestation, texts } = delivery
    const summary = summarize(attestation)
    const headline = texts['message']?.slice(0, maxHeadlineLength) ?? summary.headline
    return post(delivery, { ...summary, headline })
  },
})

async function post(
  connection: Connection & { readonly registration: z.output<typeof registration> },
  summary: Summary,
) {
  const { webhook: url } = connection.registration
  return receiptOf(await callApi(connection, { url, headers: {}, body: toMessage(summary) }))
}

type Element = Readonly<Record<string, unknown>>

/** Adaptive Card 1.4: https://adaptivecards.io/explorer/AdaptiveCard.html */
function toMessage(summary: Summary): Element {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [heading(summary.headline, 'Large'), ...toElements(summary), note(summary.footer)],
  }
  const attachment = {
    contentType: 'application/vnd.microsoft.card.adaptive',
    contentUrl: null,
    content,
  }
  return { type: 'message', attachments: [attachment] }
}

/** As many sections as fit. */
function toElements({ sections }: Summary): Element[] {
  const elements: Element[] = []
  let length = 0
  for (const { title, rows } of sections) {
    const facts = rows.map(([name, value]) => ({ title: name, value: plain(value) }))
    length += JSON.stringify(facts).length
    if (length > maxCardLength) return [...elements, note('... (truncated)')]
    elements.push(heading(title, 'Medium'), { type: 'FactSet', facts })
  }
  return elements
}

function heading(text: string, size: 'Large' | 'Medium'): Element {
  return { type: 'TextBlock', text: plain(text), size, weight: 'Bolder', wrap: true }
}

function note(text: string): Element {
  return { type: 'TextBlock', text: plain(text), isSubtle: true, wrap: true }
}

/** Cards read Markdown: a name is no link and no mention. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>]/g, String.raw`\$&`)
}
