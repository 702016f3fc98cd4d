import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

import { expect, test } from '@jest/globals'

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
}

/** Runs the child with some environment; gives the spans that arrived at an OTLP endpoint. */
async function spansOf(env: (endpoint: string) => Record<string, string>): Promise<Span[]> {
  const spans: Span[] = []
  const collector = createServer((req, res) => {
    void text(req).then((body) => {
      if (req.url === '/v1/traces') spans.push(...spansIn(JSON.parse(body)))
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  const program = new URL('testing/telemetry-child.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--conditions=chainloop-source', program], {
    env: { PATH: process.env['PATH'], ...env(endpoint) },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const [code] = (await once(child, 'exit')) as [number]
  collector.close()
  collector.closeAllConnections()
  expect(code).toBe(0)
  return spans
}

function spansIn(body: { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }): Span[] {
  return body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}

test('client, server and work inside the handler are one trace', async () => {
  const spans = await spansOf((endpoint) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_SERVICE_NAME: 'child',
  }))
  const chain = ['job', 'cas.v1.StatusService/Infoz', 'cas.v1.StatusService/Infoz', 'work']
  const ordered: Span[] = []
  let parent: string | undefined
  for (const name of chain) {
    const span = spans.find((candidate) => (candidate.parentSpanId || undefined) === parent)
    expect(span?.name).toBe(name)
    if (span) ordered.push(span)
    parent = span?.spanId
  }

  expect(new Set(ordered.map(({ traceId }) => traceId)).size).toBe(1)
  expect(spans).toHaveLength(4)
})

test('without an endpoint nothing is exported', async () => {
  expect(await spansOf(() => ({}))).toEqual([])
})
