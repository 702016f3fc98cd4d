import { expect, test } from '@jest/globals'

import { deliverTo } from '../../testing/deliver-to.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { discordWebhook } from './plugin.ts'
import { startDiscord } from './testing/discord-server.ts'

test('a channel gets a message with the summary as a file', async () => {
  await using server = await startDiscord()
  const webhook = `${server.webhook}?thread_id=7`

  await deliverTo(discordWebhook, { registration: { webhook, username: 'chainloop' } })

  expect(server.refusals).toEqual([])
  expect(server.messages).toEqual([
    {
      payload: {
        content: 'New Attestation Received',
        username: 'chainloop',
        attachments: [{ id: 0, filename: 'statement.txt' }],
        allowed_mentions: { parse: [] },
      },
      file: expect.stringContaining('Workflow Run'),
      query: { thread_id: '7', wait: 'true' },
    },
  ])
})

test('operators can write the message themselves', async () => {
  await using server = await startDiscord()
  const registration = { webhook: server.webhook }

  await deliverTo(discordWebhook, { registration, texts: { message: 'x'.repeat(3000) } })

  expect(server.messages[0]?.payload.content).toBe('x'.repeat(2000))
})

test('a webhook that was deleted is not called again, and cannot be registered', async () => {
  await using server = await startDiscord()
  const gone = { webhook: `${server.webhook}x` }

  expect(await validateAt(discordWebhook, { registration: { webhook: server.webhook } })).toEqual({
    webhookName: 'evidence',
  })

  await expect(validateAt(discordWebhook, { registration: gone })).rejects.toThrow(
    'Unknown Webhook',
  )
  await expect(deliverTo(discordWebhook, { registration: gone })).rejects.toMatchObject({
    errorClass: 'permanent',
    responseCode: 404,
  })
})
