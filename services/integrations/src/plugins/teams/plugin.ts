import { z } from 'zod'

import { receiptOf } from '../../http-answer.ts'
import { definePlugin, secret } from '../../plugin.ts'
import { type Summary, summarize } from '../../summary/summary.ts'

/** Teams refuses messages of more than 28 KB. */
const maxCardLength = 24_000

export const teams = definePlugin({
  id: 'teams',
  version: '1.0.0',
  description: 'Post a card about every attestation to a Microsoft Teams channel or chat',
  registration: z.object({
    webhook: secret(
      z.url(),
      'address of the workflow "Post to a channel when a webhook request is received"',
    ),
  }),
  attachment: z.object({}),

  async deliver({ attestation, registration, fetch, signal }) {
    const answer = await fetch(registration.webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(toMessage(summarize(attestation))),
      signal,
    })
    return receiptOf(answer)
  },
})

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
