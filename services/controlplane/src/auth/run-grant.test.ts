import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import * as apiTokens from '../api-tokens/api-token-repo.ts'
import { revokeApiToken } from '../api-tokens/revoke-api-token.ts'
import { initRun } from '../runs/init-run.ts'
import { joinRun, renewRunToken } from '../runs/run-tokens.ts'
import { openRunWorld, INPUT, type RunWorld } from '../runs/testing/run-world.ts'
import { actorOf } from '../testing/world.ts'
import type { Actor } from './actor.ts'
import { runActor } from './run-actor.ts'
import { AUDIENCE } from './tokens.ts'

let world: RunWorld
beforeAll(async () => {
  world = await openRunWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

let count = 0

async function account(expiresAt?: Date): Promise<Actor> {
  count += 1
  const projectId = world.workflow.project.id
  const token = await apiTokens.insert(world.db, {
    organizationId: world.organization.id,
    projectId,
    name: `job-${count}`,
    description: '',
    role: 'attester',
    rights: [],
    createdBy: 'test',
    expiresAt,
  })
  return actorOf(world.organization, 'attester', { projectId, id: token?.id ?? '' })
}

test('revoking an account ends the run tokens that it handed out, renewed ones too', async () => {
  const [opener, joiner] = [await account(), await account()]
  const opened = await initRun(world, opener, INPUT)
  const renewed = await renewRunToken(world, await runActor(world, opened.token.token))
  const joined = await joinRun(world, joiner, opened.run.id)

  await revokeApiToken(world, world.operator, { id: opener.id })

  for (const { token } of [opened.token, renewed]) {
    await expect(runActor(world, token)).toFailWith('unauthenticated', /revoked/)
  }
  expect((await runActor(world, joined.token)).grantedBy).toBe(`api_token:${joiner.id}`)
})

test('a run token does not outlive its account', async () => {
  const short = await account(new Date(Date.now() + 3_600_000))
  const { token } = await initRun(world, short, INPUT)
  await runActor(world, token.token)

  await world.db
    .updateTable('api_tokens')
    .set({ expires_at: new Date(Date.now() - 1000) })
    .where('id', '=', short.id)
    .execute()

  await expect(runActor(world, token.token)).toFailWith('unauthenticated', /expired/)
})

test.each([undefined, '', 'api_token:', 'api_token:x', 'service:expirer', 7])(
  'a run token that comes from %j is refused',
  async (grantor) => {
    const { run } = await world.open()
    const claims = { sub: run.id, org_id: run.organization.id, granted_by: grantor }
    const jwt = await world.tokens.sign(claims, { audience: AUDIENCE.run, expiresInSeconds: 60 })

    await expect(runActor(world, jwt)).toFailWith('unauthenticated')
  },
)
