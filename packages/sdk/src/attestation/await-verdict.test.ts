import { create, type MessageInitShape } from '@bufbuild/protobuf'
import {
  PolicyStatus,
  PolicyStatusSummarySchema,
} from '@chainloop/proto/controlplane/v1/response_messages'
import { RunService } from '@chainloop/proto/runs/v1/run_service'
import { createClient, createRouterTransport } from '@connectrpc/connect'
import { expect, test } from '@jest/globals'

import { awaitVerdict } from './await-verdict.ts'

type Summary = MessageInitShape<typeof PolicyStatusSummarySchema>

const EVALUATING = { status: PolicyStatus.EVALUATING, total: 1, hasGates: true }
const CLOSED = ['the policy "p" is configured as a gate and was not evaluated']
const first = (policy: Summary) => ({
  policy: create(PolicyStatusSummarySchema, policy),
  blockers: CLOSED,
})

/** Answers one after the other; the last one for ever. */
function server(...answers: readonly { policy: Summary; blockers: string[] }[]) {
  let asked = 0
  const transport = createRouterTransport(({ service }) => {
    service(RunService, {
      getVerdict: () => {
        const answer = answers[Math.min(asked, answers.length - 1)]
        asked += 1
        return answer ?? {}
      },
    })
  })
  return { runTokens: createClient(RunService, transport), count: () => asked }
}

test('who has a verdict already asks nobody', async () => {
  const client = server()
  const passed = { policy: create(PolicyStatusSummarySchema, { status: 2 }), blockers: [] }

  expect(await awaitVerdict(client, { runId: '', first: passed }, { milliseconds: 1000 })).toEqual({
    evaluating: false,
    blockers: [],
  })
  expect(client.count()).toBe(0)
})

test('who waits hears of it, and gets the verdict that comes', async () => {
  const blocked = {
    policy: { ...EVALUATING, status: PolicyStatus.BLOCKED },
    blockers: ['it fails'],
  }
  const client = server({ policy: EVALUATING, blockers: CLOSED }, blocked)
  const heard: number[] = []
  const wait = { milliseconds: 60_000, onWait: (ms: number) => heard.push(ms) }

  expect(await awaitVerdict(client, { runId: '', first: first(EVALUATING) }, wait)).toEqual({
    evaluating: false,
    blockers: ['it fails'],
  })
  expect(heard).toHaveLength(2)
})

test('a gate without a verdict is closed when the time is over', async () => {
  const client = server({ policy: EVALUATING, blockers: CLOSED })

  expect(
    await awaitVerdict(client, { runId: '', first: first(EVALUATING) }, { milliseconds: 1 }),
  ).toEqual({ evaluating: true, blockers: CLOSED })
})

test('without a gate nobody waits, and nothing is closed', async () => {
  const client = server()
  const open = first({ ...EVALUATING, hasGates: false })

  expect(await awaitVerdict(client, { runId: '', first: open }, { milliseconds: 60_000 })).toEqual({
    evaluating: true,
    blockers: [],
  })
  expect(client.count()).toBe(0)
})
