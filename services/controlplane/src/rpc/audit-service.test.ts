import { AuditService, Outcome } from '@chainloop/proto/audit/v1/audit_service'
import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import { Code } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { startTestControlPlane, type TestControlPlane } from './testing/start-control-plane.ts'

interface Shown {
  readonly action: string
  readonly outcome: string
  readonly actor: { readonly kind: string }
  readonly source: { readonly address: string; readonly agent: string }
  readonly target: { readonly type: string; readonly id: string }
}

let server: TestControlPlane
beforeAll(async () => {
  server = await startTestControlPlane()
  const workflows = server.client(WorkflowService, server.operator)
  for (const name of ['one', 'two', 'three']) {
    await workflows.create({ name, projectName: 'web' })
  }
  await workflows.create({ name: 'one', projectName: 'web' }).catch(() => {})
})
afterAll(async () => server[Symbol.asyncDispose]())

const audit = () => server.client(AuditService, server.operator)

const shown = (entries: readonly { content: Uint8Array }[]): Shown[] =>
  entries.map(({ content }) => JSON.parse(Buffer.from(content).toString()) as Shown)

test('what was done is listed newest first, with who, from where and on what', async () => {
  const { entries } = await audit().list({ action: 'workflow.created' })

  expect(shown(entries)).toHaveLength(3)
  expect(shown(entries)[0]).toMatchObject({
    action: 'workflow.created',
    outcome: 'done',
    actor: { kind: 'api_token' },
    source: { address: expect.stringMatching(/127\.0\.0\.1$/) },
    target: { type: 'workflow' },
  })
})

test('a refused attempt is listed, too', async () => {
  const { entries } = await audit().list({ outcome: Outcome.REFUSED })

  expect(shown(entries).map(({ target }) => target.id)).toContain(
    'controlplane.v1.WorkflowService/Create',
  )
})

test('pages continue each other without a gap, and filters keep to them', async () => {
  const whole = await audit().list({ action: 'workflow.', pagination: { limit: 100 } })
  const seen: string[] = []
  let cursor = ''
  do {
    const page = await audit().list({ action: 'workflow.', pagination: { limit: 2, cursor } })
    seen.push(...shown(page.entries).map(({ target }) => target.id))
    cursor = page.pagination?.nextCursor ?? ''
  } while (cursor !== '')

  expect(seen).toEqual(shown(whole.entries).map(({ target }) => target.id))
  expect(seen.length).toBeGreaterThanOrEqual(3)
})

test.each(['x', 'WyJhIiwiYiJd', Buffer.from('["2026-01-01","not-a-uuid"]').toString('base64url')])(
  'a made-up cursor is refused: %s',
  async (cursor) => {
    const refused = audit().list({ pagination: { cursor } })

    await expect(refused).rejects.toMatchObject({ code: Code.InvalidArgument })
  },
)

test('a follower gets what happens later, in the order of the log', async () => {
  const stop = new AbortController()
  const seen: string[] = []
  const follow = async (): Promise<void> => {
    let made = false
    for await (const { entries } of audit().read({ follow: true }, { signal: stop.signal })) {
      seen.push(...shown(entries).map(({ action }) => action))
      if (!made) {
        made = true
        const workflows = server.client(WorkflowService, server.operator)
        await workflows.create({ name: 'later', projectName: 'other' })
      } else if (seen.filter((action) => action === 'workflow.created').length === 4) {
        stop.abort()
      }
    }
  }

  await expect(follow()).rejects.toMatchObject({ code: Code.Canceled })
  expect(seen.filter((action) => action === 'workflow.created')).toHaveLength(4)
})

test('the head is signed, and its growth is proven', async () => {
  const { checkpoint, verifierKey } = await audit().getHead({})
  const size = BigInt(checkpoint.split('\n')[1] ?? '0')
  const { proof } = await audit().proveConsistency({ earlierSize: 2n, size })

  expect(verifierKey).toContain('+')
  expect(proof.length).toBeGreaterThan(0)
  await expect(
    audit().proveConsistency({ earlierSize: 2n, size: size + 1000n }),
  ).rejects.toMatchObject({ code: Code.InvalidArgument })
})
