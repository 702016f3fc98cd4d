import { expect, test } from '@jest/globals'

import { deliverTo } from '../../testing/deliver-to.ts'
import { startReceiver } from '../../testing/receiver.ts'
import { discordWebhook } from './plugin.ts'

test('a channel gets a message with the summary as a file', async () => {
  await using receiver = await startReceiver()
  const webhook = `${receiver.url}/api/webhooks/1/token?thread_id=7`

  await deliverTo(discordWebhook, { registration: { webhook, username: 'chainloop' } })

  const [request] = receiver.requests
  const form = await new Response(request?.body, {
    headers: { 'content-type': request?.headers['content-type'] ?? '' },
  }).formData()
  const file = form.get('files[0]')
  const payload = form.get('payload_json')
  expect(request?.path).toBe('/api/webhooks/1/token?thread_id=7&wait=true')
  expect(JSON.parse(typeof payload === 'string' ? payload : '')).toEqual({
    content: 'New Attestation Received',
    username: 'chainloop',
    attachments: [{ id: 0, filename: 'statement.txt' }],
    allowed_mentions: { parse: [] },
  })
  expect(file).toMatchObject({ name: 'statement.txt' })
  expect(file instanceof File ? await file.text() : '').toContain('Workflow Run')
})

test('a webhook that was deleted is not called again', async () => {
  await using receiver = await startReceiver((res) =>
    res.writeHead(404).end('{"message":"Unknown Webhook","code":10015}'),
  )

  await expect(
    deliverTo(discordWebhook, { registration: { webhook: receiver.url } }),
  ).rejects.toMatchObject({ errorClass: 'permanent', responseCode: 404 })
})
