import type { IncomingWebhookSendArguments } from '@slack/webhook'
import { z } from 'zod'

import { type VendorServer, route, startVendorServer } from '../../../testing/vendor-server.ts'

/* What Slack takes is what the types of its own client say. */
const message = z.strictObject({
  text: z.string().min(1).max(4000),
}) satisfies z.ZodType<IncomingWebhookSendArguments>

export interface SlackServer extends VendorServer {
  readonly webhook: string
  readonly texts: readonly string[]
}

/** A workspace with one incoming webhook. */
export async function startSlack(): Promise<SlackServer> {
  const texts: string[] = []
  const server = await startVendorServer([
    route({
      operation: 'POST /services/{team}/{service}/{token}',
      body: message,
      answer({ params, body }) {
        if (params['token'] !== 'secret-token') return { status: 403, body: 'invalid_token' }
        texts.push(body.text)
        return { status: 200, body: 'ok' }
      },
    }),
  ])
  return Object.assign(server, { texts, webhook: `${server.url}/services/T0/B0/secret-token` })
}
