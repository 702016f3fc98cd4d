import type {
  APIWebhook,
  RESTPostAPIWebhookWithTokenJSONBody,
  RESTError,
} from 'discord-api-types/v10'
import { z } from 'zod'

import { type VendorServer, route, startVendorServer } from '../../../testing/vendor-server.ts'

/* What Discord takes and answers is what discord-api-types says, on which the libraries for Discord are built. */
const payload = z.strictObject({
  content: z.string().min(1).max(2000),
  username: z.string().max(80).exactOptional(),
  attachments: z.array(z.strictObject({ id: z.int(), filename: z.string() })),
  allowed_mentions: z.strictObject({ parse: z.array(z.never()) }),
}) satisfies z.ZodType<RESTPostAPIWebhookWithTokenJSONBody>

const form = z.strictObject({
  payload_json: z.string().transform((text) => payload.parse(JSON.parse(text))),
  'files[0]': z.string(),
})

export interface DiscordMessage {
  readonly payload: z.output<typeof payload>
  readonly file: string
  /** Of the address. */
  readonly query: Readonly<Record<string, string>>
}

export interface DiscordServer extends VendorServer {
  readonly webhook: string
  readonly messages: readonly DiscordMessage[]
}

const unknown = { message: 'Unknown Webhook', code: 10_015 } satisfies RESTError

/** A channel with one webhook. */
export async function startDiscord(): Promise<DiscordServer> {
  const messages: DiscordMessage[] = []
  const isKnown = (token: string | undefined): boolean => token === 'secret-token'
  const about = {
    id: '1',
    type: 1,
    channel_id: '2',
    guild_id: '3',
    name: 'evidence',
    avatar: null,
    application_id: null,
    token: 'secret-token',
  } satisfies Omit<APIWebhook, 'user' | 'type'> & { type: number }

  const server = await startVendorServer([
    route({
      operation: 'GET /api/webhooks/{id}/{token}',
      body: z.undefined(),
      answer: ({ params }) =>
        isKnown(params['token']) ? { status: 200, body: about } : { status: 404, body: unknown },
    }),
    route({
      operation: 'POST /api/webhooks/{id}/{token}',
      body: form,
      answer({ params, query, body }) {
        if (!isKnown(params['token'])) return { status: 404, body: unknown }
        messages.push({
          payload: body.payload_json,
          file: body['files[0]'],
          query: Object.fromEntries(query),
        })
        const isAwaited = query.get('wait') === 'true'
        return isAwaited ? { status: 200, body: { id: '1' } } : { status: 204 }
      },
    }),
  ])
  return Object.assign(server, { messages, webhook: `${server.url}/api/webhooks/1/secret-token` })
}
