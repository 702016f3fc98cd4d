import { sha256 } from '@chainloop/attestation/digest'
import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, afterEach, beforeAll, test } from '@jest/globals'

import type { StoreWorld } from '../attestations/testing/store-world.ts'
import { openStoreWorld } from '../attestations/testing/store-world.ts'
import { type Actor, createActor } from '../auth/actor.ts'
import { MEMBER_ROLE_RIGHTS } from '../auth/people.ts'
import { expirePolicyExceptions } from '../jobs/expire-policy-exceptions.ts'
import { updateOrganization } from '../organizations/update-organization.ts'
import { evaluateStoredRun } from '../policies/evaluate-stored-run.ts'
import { GATED, sbomOf, storeSbom } from '../policies/testing/store-sbom.ts'
import * as runs from '../runs/run-repo.ts'
import { actorOf, insertOrganization } from '../testing/world.ts'
import { approveException, rejectException, revokeException } from './decide-exception.ts'
import { exceptionsAppliedTo } from './exception-use-repo.ts'
import { getException, listExceptions } from './read-exceptions.ts'
import { requestException, type RequestedSubject } from './request-exception.ts'

const ALL: RequestedSubject = { project: '', workflow: '', material: '', digest: '', violation: '' }
const BAD = sbomOf('left-pad')
const DAY_MS = 86_400_000

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld(GATED)
})
afterEach(async () => {
  await world.db.deleteFrom('policy_exception_uses').execute()
  await world.db.deleteFrom('policy_exception_decisions').execute()
  await world.db.deleteFrom('policy_exceptions').execute()
  await twoPeople(false)
})
afterAll(async () => world[Symbol.asyncDispose]())

let people = 0
function person(): Actor {
  people += 1
  const { id: organizationId, name: organizationName } = world.organization
  return createActor({
    kind: 'user',
    id: `00000000-0000-4000-9000-${String(people).padStart(12, '0')}`,
    name: `person-${people}@example.org`,
    organizationId,
    organizationName,
    role: 'admin',
    rights: new Set(MEMBER_ROLE_RIGHTS.admin),
  })
}

function request(subject: Partial<RequestedSubject> = {}, actor: Actor = world.operator, days = 1) {
  return requestException(world, actor, {
    policy: 'banned',
    subject: { ...ALL, ...subject },
    reason: 'the replacement comes next week',
    expiresAt: new Date(Date.now() + days * DAY_MS),
  })
}

async function approved(subject: Partial<RequestedSubject> = {}): Promise<string> {
  const { id } = await request(subject)
  await approveException(world, world.operator, { id, comment: '' })
  return id
}

const twoPeople = (twoPersonPolicyExceptions: boolean) =>
  updateOrganization(world, world.operator, {
    name: world.organization.name,
    settings: { twoPersonPolicyExceptions },
  })

const audited = async (): Promise<string[]> => {
  const rows = await world.db
    .selectFrom('audit_entries')
    .where('target_type', '=', 'policy_exception')
    .select('action')
    .orderBy('created_at')
    .execute()
  return rows.map(({ action }) => action)
}

test('what is asked for changes nothing before it is approved, whatever the job asks', async () => {
  const { id } = await request()
  const asking = { state: (state: object) => ({ ...state, bypassPolicyCheck: true }) as never }
  const before = await storeSbom(world, BAD, asking)
  await approveException(world, world.operator, { id, comment: 'seen' })
  const after = await storeSbom(world, BAD)

  expect(before.run?.policy?.status).toBe('blocked')
  expect(before.found?.exceptions).toEqual([])
  expect(after.run?.policy).toMatchObject({ status: 'bypassed', violations: 0, suppressed: 1 })
  expect(after.verdict.blockers).toEqual([])
  expect(after.found?.exceptions).toMatchObject([
    {
      exceptionId: id,
      policy: 'banned',
      material: 'other',
      violations: ['left-pad is banned'],
      reason: 'the replacement comes next week',
      requestedBy: 'operator-token',
      approvedBy: ['operator-token'],
    },
  ])
  expect(await audited()).toEqual(['policy_exception.requested', 'policy_exception.approved'])
  expect(await getException(world, world.operator, { id })).toMatchObject({ runs: 1 })
})

test('a job that lies is still told on: what there is leave for is no difference', async () => {
  await approved()
  const { found } = await storeSbom(world, BAD)
  const clean = await storeSbom(world, BAD, {
    state: (state) => ({
      ...state,
      policyEvaluations: (found?.evaluations ?? []).map((one) => ({ ...one, violations: [] })),
    }),
  })

  expect(found?.differences).toEqual([])
  expect(clean.found?.differences).toEqual([
    'banned on other: the job says that it passed; it has 1 violation',
  ])
})

test('an exception that has expired counts for nothing, and says so', async () => {
  const id = await approved()
  const past = new Date(Date.now() - 1000)
  await world.db.updateTable('policy_exceptions').set({ expires_at: past }).execute()
  const { run } = await storeSbom(world, BAD)

  expect(run?.policy?.status).toBe('blocked')
  expect(await expirePolicyExceptions(world)).toBe(1)
  expect(await expirePolicyExceptions(world)).toBe(0)
  expect(await getException(world, world.operator, { id })).toMatchObject({ state: 'expired' })
  expect((await audited()).at(-1)).toBe('policy_exception.expired')
  const late = approveException(world, world.operator, { id, comment: '' })
  await expect(late).toFailWith('conflict', 'expired')
})

test('a run that is evaluated late is judged by what was good when it was stored', async () => {
  const id = await approved()
  const { id: waiting } = await request()
  const pool: StoreWorld['policies']['pool'] = {
    run: (_job, _grants, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
      }),
  }
  const limits = { ...world.policies.limits, waitMs: 1 }
  const policies = { ...world.policies, pool, limits }
  const { runId, run } = await storeSbom({ ...world, policies }, BAD)
  await expirePolicyExceptions(world, new Date(Date.now() + 2 * DAY_MS))
  const organizationId = world.organization.id
  await evaluateStoredRun(world, { organizationId, runId })

  expect(run?.policy?.status).toBe('evaluating')
  expect(await getException(world, world.operator, { id })).toMatchObject({ state: 'expired' })
  expect(await getException(world, world.operator, { id: waiting })).toMatchObject({ runs: 0 })
  expect(await runs.find(world.db, { organizationId, id: runId })).toMatchObject({
    policy: { status: 'bypassed' },
  })
  expect(await exceptionsAppliedTo(world.db, { organizationId, runId })).toMatchObject([
    { exceptionId: id },
  ])
})

test.each<[string, Partial<RequestedSubject>, string]>([
  ['its project', { project: 'web' }, 'bypassed'],
  ['its workflow', { project: 'web', workflow: 'build' }, 'bypassed'],
  ['its material', { material: 'other' }, 'bypassed'],
  ['another material', { material: 'sbom' }, 'blocked'],
  ['the digest of its material', { digest: sha256(BAD) }, 'bypassed'],
  ['another digest', { digest: sha256(Buffer.from('x')) }, 'blocked'],
  ['the message of its violation', { violation: 'left-pad is banned' }, 'bypassed'],
  ['a part of the message', { violation: 'left-pad' }, 'blocked'],
])('with leave for %s (%j) a run is %s', async (_, subject, status) => {
  await approved(subject)

  expect((await storeSbom(world, BAD)).run?.policy?.status).toBe(status)
})

test('leave for one violation leaves the others where they are', async () => {
  await approved({ violation: 'left-pad is banned' })
  const { run, verdict } = await storeSbom(world, sbomOf('left-pad', 'right-pad'))

  expect(run?.policy).toMatchObject({ status: 'blocked', violations: 1, suppressed: 1 })
  expect(verdict.blockers).toHaveLength(1)
})

test('leave for another project counts for nothing', async () => {
  const elsewhere = await world.addWorkflow({ project: 'shop', name: 'other' })
  await approved({ project: elsewhere.project.name })

  expect((await storeSbom(world, BAD)).run?.policy?.status).toBe('blocked')
})

test('a policy without a verdict is covered by leave for all of it, and by no other', async () => {
  const big = Buffer.from(
    JSON.stringify({
      ...JSON.parse(BAD.toString()),
      properties: [{ name: 'x', value: 'y'.repeat(1 << 20) }],
    }),
  )
  await approved({ violation: 'left-pad is banned' })
  const named = await storeSbom(world, big)
  const id = await approved()
  const whole = await storeSbom(world, big)

  expect(named.run?.policy?.status).toBe('blocked')
  expect(whole.run?.policy?.status).toBe('bypassed')
  expect(whole.found?.exceptions).toMatchObject([{ exceptionId: id, violations: [] }])
})

test('where two people are asked for, who asks, tokens, and one person twice are not enough', async () => {
  await twoPeople(true)
  const [asks, first, second] = [person(), person(), person()]
  const { id, approvalsNeeded } = await request({}, asks)
  const approve = (actor: Actor) => approveException(world, actor, { id, comment: '' })

  expect(approvalsNeeded).toBe(2)
  await expect(approve(asks)).toFailWith('forbidden')
  await expect(approve(world.operator)).toFailWith('forbidden', 'not tokens')
  expect(await approve(first)).toMatchObject({ state: 'requested' })
  await expect(approve(first)).toFailWith('conflict')
  expect((await storeSbom(world, BAD)).run?.policy?.status).toBe('blocked')
  expect(await approve(second)).toMatchObject({
    state: 'approved',
    decisions: [{ decidedByName: first.name }, { decidedByName: second.name }],
  })
  expect((await storeSbom(world, BAD)).run?.policy?.status).toBe('bypassed')
})

test('what was asked for under the rule of two needs two when the rule is gone', async () => {
  await twoPeople(true)
  const { id } = await request()
  await twoPeople(false)

  await expect(approveException(world, world.operator, { id, comment: '' })).toFailWith('forbidden')
  const later = await request()
  await twoPeople(true)
  await expect(approveException(world, world.operator, { id: later.id, comment: '' })).toFailWith(
    'forbidden',
  )
})

test('rejected and revoked ones count for nothing', async () => {
  const { id } = await request()
  await rejectException(world, world.operator, { id, comment: 'no' })
  const revoked = await approved()
  await revokeException(world, world.operator, { id: revoked, comment: '' })

  expect((await storeSbom(world, BAD)).run?.policy?.status).toBe('blocked')
  await expect(approveException(world, world.operator, { id, comment: '' })).toFailWith('conflict')
  await expect(approveException(world, world.operator, { id: revoked, comment: '' })).toFailWith(
    'conflict',
  )
  await expect(revokeException(world, world.operator, { id, comment: '' })).toFailWith('conflict')
})

test('who may not, may not', async () => {
  const viewer = actorOf(world.organization, 'viewer', { id: 'someone-else' })
  const foreigner = actorOf(await insertOrganization(world.db, 'umbrella'), 'operator')
  const { id } = await request({ project: 'web' })
  const decision = { id, comment: '' }

  await expect(request({}, viewer)).toFailWith('forbidden')
  await expect(approveException(world, viewer, decision)).toFailWith('forbidden')
  await expect(revokeException(world, viewer, decision)).toFailWith('forbidden')
  await expect(approveException(world, foreigner, decision)).toFailWith('not_found')
  await expect(getException(world, foreigner, { id })).toFailWith('not_found')
  const all = { state: undefined, policy: '', cursor: '', limit: 0 }
  expect((await listExceptions(world, foreigner, all)).exceptions).toEqual([])
  expect((await listExceptions(world, viewer, all)).exceptions).toMatchObject([{ id }])
})

test('who administers a project asks for it, and neither elsewhere nor approves', async () => {
  const { id: projectId } = world.workflow.project
  const rights = new Set(['policy_exception:request', 'policy_exception:read'] as const)
  const admin = createActor({
    ...person(),
    rights: new Set(),
    confined: true,
    projectRights: new Map([[projectId, rights]]),
    conditionalRights: rights,
  })
  const { id } = await request({ project: 'web' }, admin)

  await expect(request({}, admin)).toFailWith('forbidden')
  await expect(approveException(world, admin, { id, comment: '' })).toFailWith('forbidden')
  expect(await revokeException(world, admin, { id, comment: '' })).toMatchObject({
    state: 'revoked',
  })
})

test.each<[string, Parameters<typeof request>[0], number]>([
  ['a time that is over', {}, -1],
  ['more than a year', {}, 400],
  ['a workflow without its project', { workflow: 'build' }, 1],
  ['a digest that is none', { digest: 'sha256:abc' }, 1],
])('%s is refused', async (_, subject, days) => {
  await expect(request(subject, world.operator, days)).toFailWith('invalid')
})

test('pages go from the newest to the oldest', async () => {
  const ids: string[] = []
  for (let count = 0; count < 3; count += 1) ids.push((await request()).id)
  const page = (cursor: string) =>
    listExceptions(world, world.operator, {
      state: 'requested',
      policy: 'banned',
      cursor,
      limit: 2,
    })
  const first = await page('')
  const second = await page(first.nextCursor)

  expect([...first.exceptions, ...second.exceptions].map(({ id }) => id)).toEqual(ids.toReversed())
  expect(second.nextCursor).toBe('')
})
