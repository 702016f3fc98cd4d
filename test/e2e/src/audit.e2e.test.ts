import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { failureOf } from './world/failure.ts'
import { declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const stack = new AsyncDisposableStack()
let world: World
let folder: string
beforeAll(async () => {
  world = stack.use(await startWorld())
  folder = await mkdtemp(join(tmpdir(), 'chainloop-audit-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  await declareWorkflow(world)
})
afterAll(() => stack.disposeAsync())

const audit = (...args: string[]) => world.operator.chainloop(['audit', ...args])
const at = (name: string): string => join(folder, name)

test('an operator sees what was done, keeps a head, and proves later that nothing is missing', async () => {
  const listed = await audit('list', '--action', 'workflow.', '--output', 'json')
  expect(JSON.parse(listed)).toMatchObject({
    entries: [{ action: 'workflow.created', outcome: 'done', actor: { kind: 'api_token' } }],
  })
  expect(await audit('list')).toMatch(/workflow\.created/)

  const kept = JSON.parse(await headWhenThere()) as { size: number }
  await declareWorkflow(world)
  const verified = JSON.parse(
    await audit('verify', '--head', at('head.json'), '--output', 'json'),
  ) as { entries: number; heads: number[] }

  expect(verified.heads).toContain(kept.size)
  expect(verified.entries).toBeGreaterThanOrEqual(kept.size)
})

async function headWhenThere(): Promise<string> {
  for (;;) {
    try {
      return await audit('head', '--file', at('head.json'), '--output', 'json')
    } catch (cause) {
      if (!/no entries yet/.test(JSON.stringify(cause))) throw cause
    }
  }
}

test('an export is verified without a server, and a changed one is found out', async () => {
  await audit('export', '--file', at('audit.jsonl'))
  const verify = () => audit('verify', '--export', at('audit.jsonl'), '--head', at('head.json'))
  expect(await verify()).toMatch(/verified/)

  const text = await readFile(at('audit.jsonl'), 'utf8')
  await writeFile(at('audit.jsonl'), text.replace('"outcome":"done"', '"outcome":"gone"'))

  expect(JSON.stringify(await failureOf(verify()))).toMatch(/the audit log was changed/)
})

test('an export for collectors is one OTLP request per line', async () => {
  await audit('export', '--format', 'otlp', '--file', at('otlp.jsonl'))
  const lines = (await readFile(at('otlp.jsonl'), 'utf8')).trimEnd().split('\n')

  expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
    expect.objectContaining({
      resourceLogs: [
        expect.objectContaining({
          scopeLogs: [
            {
              scope: { name: 'chainloop.audit' },
              logRecords: [
                expect.objectContaining({ eventName: 'chainloop.audit.workflow.created' }),
              ],
            },
          ],
        }),
      ],
    }),
  )
})
