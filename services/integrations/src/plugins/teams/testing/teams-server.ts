import { AdaptiveCard, SerializationContext, Versions } from 'adaptivecards'
import { z } from 'zod'

import { type VendorServer, route, startVendorServer } from '../../../testing/vendor-server.ts'

/* Cards are read by Microsoft's own parser, as the clients of Teams do. */

const message = z.strictObject({
  type: z.literal('message'),
  attachments: z.tuple([
    z.strictObject({
      contentType: z.literal('application/vnd.microsoft.card.adaptive'),
      contentUrl: z.null(),
      content: z.record(z.string(), z.unknown()).refine(isCard, 'is no Adaptive Card 1.4'),
    }),
  ]),
})

export type Card = Readonly<Record<string, unknown>>

function isCard(content: Card): boolean {
  const context = new SerializationContext(Versions.v1_4)
  const card = new AdaptiveCard()
  card.parse({ ...content }, context)
  const events = Array.from({ length: context.eventCount }, (_, at) => context.getEventAt(at))
  const { validationEvents } = card.validateProperties()
  return (
    events.length === 0 &&
    validationEvents.length === 0 &&
    Array.isArray(content['body']) &&
    card.getItemCount() === content['body'].length
  )
}

export interface TeamsServer extends VendorServer {
  readonly webhook: string
  readonly cards: readonly Card[]
}

/** A workflow that posts what it is sent. */
export async function startTeams(): Promise<TeamsServer> {
  const cards: Card[] = []
  const server = await startVendorServer([
    route({
      operation: 'POST /workflows/{id}/triggers/manual/paths/invoke',
      body: message,
      answer({ query, body }) {
        if (query.get('sig') !== 'secret') return { status: 401, body: { error: {} } }
        cards.push(body.attachments[0].content)
        return { status: 202 }
      },
    }),
  ])
  const webhook = `${server.url}/workflows/1/triggers/manual/paths/invoke?sig=secret`
  return Object.assign(server, { cards, webhook })
}
