import { expect, test } from '@jest/globals'

import type { Transfer } from '../auth/transfer.ts'
import { cachedSecrets } from './backend-secrets.ts'

const transfer = (changed: Partial<Transfer> = {}): Transfer => ({
  token: 't',
  id: 'j',
  organizationId: 'org',
  backendId: 'b',
  credentialsVersion: 1,
  candidateId: undefined,
  provider: 'OCI',
  location: 'registry.example/x',
  role: 'uploader',
  maxBytes: undefined,
  digest: undefined,
  size: undefined,
  possessed: false,
  ...changed,
})

function world() {
  const asked: string[] = []
  const clock = { now: 0, fail: false }
  const secrets = cachedSecrets(
    {
      async read({ backendId, credentialsVersion, candidateId }) {
        asked.push(candidateId ?? `${backendId}@${credentialsVersion}`)
        if (clock.fail) throw new Error('no answer')
        return { password: `${asked.length}` }
      },
    },
    () => clock.now,
  )
  return { asked, clock, secrets }
}

test('transfers of one backend ask once a minute, at the same time as well', async () => {
  const { asked, clock, secrets } = world()
  await Promise.all([secrets.read(transfer()), secrets.read(transfer())])
  clock.now = 59_999
  await secrets.read(transfer())
  expect(asked).toEqual(['b@1'])

  clock.now = 60_000
  expect(await secrets.read(transfer())).toEqual({ password: '2' })
})

test('a transfer that was allowed after a rotation gets what came with it', async () => {
  const { asked, secrets } = world()
  await secrets.read(transfer())
  await secrets.read(transfer({ credentialsVersion: 2 }))

  expect(asked).toEqual(['b@1', 'b@2'])
})

test('credentials on trial, other backends and other organizations are kept apart', async () => {
  const { asked, secrets } = world()
  for (const other of [{}, { candidateId: 'c' }, { backendId: 'b2' }, { organizationId: 'o2' }]) {
    await secrets.read(transfer(other))
  }

  expect(asked).toHaveLength(4)
})

test('a failure is not kept', async () => {
  const { clock, secrets } = world()
  clock.fail = true
  await expect(secrets.read(transfer())).rejects.toThrow('no answer')
  clock.fail = false

  expect(await secrets.read(transfer())).toEqual({ password: '2' })
})

test('what is kept is bounded', async () => {
  const { asked, secrets } = world()
  for (let n = 0; n <= 1000; n++) await secrets.read(transfer({ backendId: `b${n}` }))
  await secrets.read(transfer({ backendId: 'b0' }))
  await secrets.read(transfer({ backendId: 'b1000' }))

  expect(asked).toHaveLength(1002)
})
