import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { request as requestTls } from 'node:https'

import { expect, test } from '@jest/globals'

import { openRecordingEgress } from './recording-egress.ts'

test('requests of fetch are written down and answered', async () => {
  using egress = openRecordingEgress()
  const form = new FormData()
  form.append('project', 'shop')
  form.append('bom', new Blob(['{}']), 'bom.json')
  const pieces = async function* pieces() {
    yield Buffer.from('one ')
    yield Buffer.from('two')
  }

  const answer = await egress.fetch('https://a.test/x', { method: 'PUT', body: form })
  await egress.fetch(new URL('https://a.test/'), { body: pieces, headers: { a: 'b' } })
  await egress.fetch('https://a.test/', { body: Buffer.from([0xff, 0xfe]) })

  expect([answer.status, await answer.json()]).toEqual([200, {}])
  expect(egress.messages).toEqual([
    { target: 'PUT https://a.test/x', headers: {}, body: 'project=shop\nbom=(file bom.json) {}' },
    { target: 'GET https://a.test/', headers: { a: 'b' }, body: 'one two' },
    { target: 'GET https://a.test/', headers: {}, body: '(2 bytes)' },
  ])
})

test.each([
  ['http', request],
  ['https', requestTls],
] as const)('requests of libraries over node:%s are written down too', async (scheme, send) => {
  using egress = openRecordingEgress()
  const sent = send({
    agent: egress.agents[scheme],
    host: 'bucket.test',
    method: 'PUT',
    path: '/key',
    headers: { 'x-id': '1' },
  })
  sent.end('content')
  const [response] = (await once(sent, 'response')) as [IncomingMessage]

  expect(response.statusCode).toBe(200)
  expect(egress.messages).toEqual([
    {
      target: `PUT ${scheme}://bucket.test/key`,
      headers: expect.objectContaining({ 'x-id': '1' }),
      body: 'content',
    },
  ])
  response.destroy()
})

test('nothing is connected, and a long body is cut', async () => {
  using egress = openRecordingEgress()
  const target = { host: 'mail.test', port: 25 }

  await egress.fetch('https://a.test/', { body: 'x'.repeat(1 << 20) })

  expect(egress.messages[0]?.body).toMatch(/^x{65536}… \(cut\)$/)
  expect(() => egress.dial(target)).toThrow('a test opens no connection')
  await expect(egress.connect({ ...target, signal: new AbortController().signal })).rejects.toThrow(
    'it would connect to mail.test:25',
  )
})
