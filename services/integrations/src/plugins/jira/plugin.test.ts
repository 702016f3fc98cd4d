import { expect, test } from '@jest/globals'

import { exampleAttestation } from '../../testing/attestation.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { violatedPolicies } from '../../testing/evidence.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { jira } from './plugin.ts'
import { type JiraServer, startJira } from './testing/jira-server.ts'

const account = { email: 'ci@acme.example', apiToken: 't', project: 'SEC' }
const registrationAt = ({ url }: JiraServer) => ({ ...account, url })
const violated = { ...exampleAttestation, policies: violatedPolicies('warning') }

test('a violation becomes an issue that says what, where and how to see more', async () => {
  await using server = await startJira(account)

  const receipt = await deliverTo(jira, {
    registration: registrationAt(server),
    attestation: violated,
  })

  expect(receipt).toEqual({ responseCode: 201, detail: 'SEC-1' })
  const [issue] = server.issues
  expect(issue).toMatchObject({
    project: { key: 'SEC' },
    issuetype: { name: 'Bug' },
    summary: 'shop/build: Attested; 1 policy violation',
    labels: ['chainloop', expect.stringMatching(/^chainloop-[0-9a-f]{16}$/)],
  })
  expect(JSON.stringify(issue?.description)).toContain('licenses: GPL found')
  expect(JSON.stringify(issue?.description)).toContain(exampleAttestation.digest)
  expect(server.refusals).toEqual([])
})

test('an attempt whose answer was lost leaves one issue', async () => {
  await using server = await startJira(account)
  const delivery = { registration: registrationAt(server), attestation: violated }

  await deliverTo(jira, delivery)
  const again = await deliverTo(jira, delivery)

  expect(again.detail).toBe('SEC-1 was written by an earlier attempt')
  expect(server.issues).toHaveLength(1)
})

test.each([
  ['that holds all policies', exampleAttestation, {}],
  ['that nothing blocks, when only those are wanted', violated, { onlyWhenBlocked: true }],
])('a run %s is no issue', async (_, attestation, attachment) => {
  await using server = await startJira(account)

  const receipt = await deliverTo(jira, {
    registration: registrationAt(server),
    attestation,
    attachment,
  })

  expect(receipt.detail).toBe('no policy is violated')
  expect(server.calls).toEqual([])
})

test('operators can write the texts themselves', async () => {
  await using server = await startJira(account)

  await deliverTo(jira, {
    registration: registrationAt(server),
    attestation: violated,
    texts: { summary: 'Look\nat this', description: 'one\n\ntwo' },
  })

  expect(server.issues).toMatchObject([{ summary: 'Look at this' }])
  expect(server.refusals).toEqual([])
})

test('a type of issue that the project does not have ends the delivery', async () => {
  await using server = await startJira(account)

  await expect(
    deliverTo(jira, {
      registration: registrationAt(server),
      attestation: violated,
      attachment: { issueType: 'Epic' },
    }),
  ).rejects.toMatchObject({ errorClass: 'permanent', responseCode: 400 })
})

test('an account or a project that does not work is found when it is registered', async () => {
  await using server = await startJira(account)
  const registration = registrationAt(server)

  await validateAt(jira, { registration })

  await expect(
    validateAt(jira, { registration: { ...registration, apiToken: 'wrong' } }),
  ).rejects.toThrow('must be authenticated')
  await expect(
    validateAt(jira, { registration: { ...registration, project: 'OTHER' } }),
  ).rejects.toThrow('No project could be found')
})
