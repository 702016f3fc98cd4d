import { receiptOf } from '@chainloop/plugin-sdk/http-answer'
import { definePlugin, secret } from '@chainloop/plugin-sdk/plugin'
import { z } from 'zod'

export const tickets = definePlugin({
  id: 'tickets',
  version: '1.0.0',
  description: 'Open a ticket for every attestation',
  // What an operator enters once. A secret is sealed, and masked wherever it would show.
  registration: z.object({
    url: z.url().meta({ description: 'address of the ticket system' }),
    token: secret(z.string().min(1), 'of an account that may open tickets'),
  }),
  // What is entered for each workflow, besides the filters that every attachment has.
  attachment: z.object({
    queue: z.string().default('security').meta({ description: 'queue of the tickets' }),
  }),
  // Becomes the setting `template_title`.
  texts: { title: 'title of the ticket' },

  async validate({ registration: { url, token }, fetch, signal }) {
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(`${url}/me`, { headers, signal })
    if (!answer.ok) throw new Error(`the ticket system answered ${answer.status}`)
  },

  async deliver({ attestation, registration, attachment, texts, idempotencyKey, fetch, signal }) {
    const { project, workflow, digest, policies } = attestation
    const answer = await fetch(`${registration.url}/tickets`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${registration.token}`,
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
      },
      body: JSON.stringify({
        queue: attachment.queue,
        title: texts['title'] ?? `${project.name}/${workflow.name} ${project.version}`,
        attestation: digest,
        policies: policies.status,
      }),
      signal,
    })
    return receiptOf(answer)
  },
})
