import { expect, test } from '@jest/globals'

import { deliverTo } from '../../testing/deliver-to.ts'
import { attestationOf, exampleCommit, violatedPolicies } from '../../testing/evidence.ts'
import { validateAt } from '../../testing/validate-at.ts'
import type { VendorAnswer } from '../../testing/vendor-server.ts'
import { github } from './plugin.ts'
import { type GitHubServer, startGitHub } from './testing/github-server.ts'

const repository = 'acme/web'
const open = (trouble?: VendorAnswer): Promise<GitHubServer> =>
  startGitHub({ token: 't', repository, commit: exampleCommit, ...(trouble && { trouble }) })
const registrationAt = ({ url }: GitHubServer, token = 't') => ({ apiURL: url, token })
/** The host of the API is that of the repository, but for github.com itself. */
const remote = 'git@127.0.0.1:acme/web.git'

test('the commit gets a status that leads to the job', async () => {
  await using server = await open()

  const receipt = await deliverTo(github, {
    registration: registrationAt(server),
    attestation: attestationOf(remote),
  })

  expect(receipt).toMatchObject({ responseCode: 201, detail: `success on acme/web@abababababab` })
  expect(server.statuses).toEqual([
    {
      state: 'success',
      context: 'chainloop',
      description: 'Attested; no policies',
      target_url: 'https://ci.example/1',
    },
  ])
  expect(server.refusals).toEqual([])
})

test.each([
  ['blocked', {}, 'failure'],
  ['warning', {}, 'success'],
  ['warning', { failOnViolations: true }, 'failure'],
] as const)('policies that end as %s with %j are a %s', async (status, attachment, state) => {
  await using server = await open()

  await deliverTo(github, {
    registration: registrationAt(server),
    attestation: attestationOf(remote, violatedPolicies(status)),
    attachment,
  })

  expect(server.statuses).toMatchObject([{ state }])
})

test('a check lists the violations, and is written once whatever was answered', async () => {
  await using server = await open()
  const delivery = {
    registration: registrationAt(server),
    attestation: attestationOf(remote, violatedPolicies('blocked')),
    attachment: { report: 'check', context: 'supply chain' },
  }

  await deliverTo(github, delivery)
  const again = await deliverTo(github, delivery)

  expect(again.detail).toContain('by an earlier attempt')
  expect(server.checks).toMatchObject([
    {
      name: 'supply chain',
      head_sha: exampleCommit,
      conclusion: 'failure',
      external_id: 'key-1',
      output: { summary: expect.stringContaining('licenses: GPL found') },
    },
  ])
  expect(server.refusals).toEqual([])
})

test('a repository of another host is not guessed, but can be given', async () => {
  await using server = await open()
  const attestation = attestationOf('https://gitlab.example/acme/web')
  const registration = registrationAt(server)

  await expect(deliverTo(github, { registration, attestation })).rejects.toMatchObject({
    errorClass: 'permanent',
    message: expect.stringContaining('no remote of the commit'),
  })
  await deliverTo(github, { registration, attestation, attachment: { repository } })

  expect(server.statuses).toHaveLength(1)
})

test('a run without a commit has nothing to report', async () => {
  await using server = await open()

  const receipt = await deliverTo(github, { registration: registrationAt(server) })

  expect(receipt.detail).toBe('there is no commit to report on')
  expect(server.calls).toEqual([])
})

test.each([
  [{ status: 403, body: { message: 'Resource not accessible' } }, 'permanent', undefined],
  [{ status: 403, headers: { 'retry-after': '7' }, body: {} }, 'throttled', 7000],
  [{ status: 502, body: {} }, 'retryable', undefined],
])('the answer %j is %s', async (trouble, errorClass, retryAfterMs) => {
  await using server = await open(trouble)

  await expect(
    deliverTo(github, {
      registration: registrationAt(server),
      attestation: attestationOf(remote),
    }),
  ).rejects.toMatchObject({ errorClass, retryAfterMs })
})

test('a token or a repository that does not work is found when it is registered', async () => {
  await using server = await open()
  const registration = registrationAt(server)

  await validateAt(github, { registration, attachment: { repository } })

  await expect(
    validateAt(github, { registration: registrationAt(server, 'wrong') }),
  ).rejects.toThrow('Bad credentials')
  await expect(
    validateAt(github, { registration, attachment: { repository: 'acme/other' } }),
  ).rejects.toThrow('404')
})
