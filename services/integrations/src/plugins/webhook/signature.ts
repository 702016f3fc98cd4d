import { createHmac } from 'node:crypto'

export interface SignedMessage {
  readonly id: string
  readonly sentAt: Date
  readonly body: string
}

/** Standard Webhooks 1.0, symmetric: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function standardWebhookHeaders(
  { id, sentAt, body }: SignedMessage,
  secret: string | undefined,
): Record<string, string> {
  const timestamp = String(Math.floor(sentAt.getTime() / 1000))
  const identity = { 'webhook-id': id, 'webhook-timestamp': timestamp }
  if (secret === undefined) return identity

  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { ...identity, 'webhook-signature': `v1,${signature}` }
}
