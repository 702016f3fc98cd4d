import { expect, test } from '@jest/globals'

import { deliverTo } from '../../testing/deliver-to.ts'
import { attestationOf, exampleCommit, violatedPolicies } from '../../testing/evidence.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { gitlab } from './plugin.ts'
import { type GitLabServer, startGitLab } from './testing/gitlab-server.ts'

const project = 'acme/shop/web'
const open = (): Promise<GitLabServer> =>
  startGitLab({ token: 't', project, commit: exampleCommit })
const registrationAt = ({ url }: GitLabServer, token = 't') => ({ url, token })
const remote = 'https://127.0.0.1/acme/shop/web.git'

test('the commit gets a status in the project of its remote', async () => {
  await using server = await open()

  const receipt = await deliverTo(gitlab, {
    registration: registrationAt(server),
    attestation: attestationOf(remote),
  })

  expect(receipt).toMatchObject({ responseCode: 201, detail: 'success on abababababab' })
  expect(server.statuses).toEqual([
    {
      state: 'success',
      name: 'chainloop',
      description: 'Attested; no policies',
      target_url: 'https://ci.example/1',
    },
  ])
  expect(server.refusals).toEqual([])
})

test('a run that a gate blocks fails the status', async () => {
  await using server = await open()

  await deliverTo(gitlab, {
    registration: registrationAt(server),
    attestation: attestationOf(remote, violatedPolicies('blocked')),
    attachment: { context: 'evidence' },
  })

  expect(server.statuses).toMatchObject([{ state: 'failed', name: 'evidence' }])
})

test('a status that is there already is a delivery, too', async () => {
  await using server = await open()
  const delivery = { registration: registrationAt(server), attestation: attestationOf(remote) }

  await deliverTo(gitlab, delivery)
  const again = await deliverTo(gitlab, delivery)

  expect(again).toMatchObject({ responseCode: 200, detail: 'success on abababababab' })
  expect(server.statuses).toHaveLength(1)
})

test('a project that is not there ends the delivery', async () => {
  await using server = await open()

  await expect(
    deliverTo(gitlab, {
      registration: registrationAt(server),
      attestation: attestationOf('git@127.0.0.1:acme/other.git'),
    }),
  ).rejects.toMatchObject({ errorClass: 'permanent', responseCode: 404 })
})

test('a token or a project that does not work is found when it is registered', async () => {
  await using server = await open()
  const registration = registrationAt(server)

  expect(await validateAt(gitlab, { registration, attachment: { project } })).toEqual({
    version: '18.5.0',
  })

  await expect(
    validateAt(gitlab, { registration: registrationAt(server, 'wrong') }),
  ).rejects.toThrow('401')
  await expect(
    validateAt(gitlab, { registration, attachment: { project: 'acme/other' } }),
  ).rejects.toThrow('404')
})
