import { StatusService } from '@chainloop/proto/controlplane/v1/status'
import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import { Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect'
import { expect, test } from '@jest/globals'

import { withRetry, type Retry } from './retry.ts'

interface Seen {
  readonly keys: (string | null)[]
  readonly retries: Retry[]
}

/** A server that fails with these codes, one after the other, and then answers. */
function unreliable(codes: readonly Code[], budgetMs = 60_000) {
  const seen: Seen = { keys: [], retries: [] }
  const left = [...codes]
  const answer = (header: Headers): void => {
    seen.keys.push(header.get('idempotency-key'))
    const code = left.shift()
    if (code !== undefined) throw new ConnectError('try later', code)
  }
  const transport = createRouterTransport(
    ({ service }) => {
      service(WorkflowService, {
        create: (_, { requestHeader }) => {
          answer(requestHeader)
          return { result: { name: 'build' } }
        },
        list: (_, { requestHeader }) => {
          answer(requestHeader)
          return {}
        },
      })
      service(StatusService, {})
    },
    {
      transport: {
        interceptors: [
          withRetry({
            budgetMs,
            wait: async () => {},
            onRetry: (retry) => seen.retries.push(retry),
          }),
        ],
      },
    },
  )
  return { seen, workflows: createClient(WorkflowService, transport) }
}

test('a call without an answer is repeated until there is one', async () => {
  const { seen, workflows } = unreliable([Code.Unavailable, Code.DeadlineExceeded])

  const { result } = await workflows.create({ name: 'build', projectName: 'web' })

  expect(result?.name).toBe('build')
  expect(seen.retries.map(({ method, attempt }) => [method, attempt])).toEqual([
    ['Create', 1],
    ['Create', 2],
  ])
})

test('all attempts of a change carry the same idempotency key, and two changes different ones', async () => {
  const { seen, workflows } = unreliable([Code.Unavailable])

  await workflows.create({ name: 'build', projectName: 'web' })
  await workflows.create({ name: 'test', projectName: 'web' })

  const [first, second, third] = seen.keys
  expect(first).toMatch(/^[0-9a-f-]{36}$/)
  expect(second).toBe(first)
  expect(third).not.toBe(first)
})

test('a call that only reads needs no key', async () => {
  const { seen, workflows } = unreliable([])

  await workflows.list({})

  expect(seen.keys).toEqual([null])
})

test.each([
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.PermissionDenied,
  Code.Unauthenticated,
  Code.Aborted,
  Code.Internal,
  Code.ResourceExhausted,
])('an answer is an answer: code %s is not repeated', async (code) => {
  const { seen, workflows } = unreliable([code])

  await expect(workflows.create({ name: 'x', projectName: 'web' })).rejects.toMatchObject({ code })
  expect(seen.keys).toHaveLength(1)
})

test('no attempt starts after the budget is spent', async () => {
  const { seen, workflows } = unreliable([Code.Unavailable], 0)

  await expect(workflows.list({})).rejects.toMatchObject({ code: Code.Unavailable })
  expect(seen.retries).toEqual([])
})
