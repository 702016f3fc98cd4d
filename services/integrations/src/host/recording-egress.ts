import { Agent as HttpAgent, type IncomingMessage, createServer } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { duplexPair } from 'node:stream'

import type { PreviewedMessage } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import type { ConnectTarget, Egress, PluginRequest } from '@chainloop/plugin-sdk/egress'

export interface RecordingEgress extends Egress, Disposable {
  readonly messages: readonly PreviewedMessage[]
}

const maxBodyBytes = 64 << 10

/** Ways out that lead nowhere: requests are written down and answered with 200 and `{}`. */
export function openRecordingEgress(): RecordingEgress {
  const messages: PreviewedMessage[] = []

  async function record(request: IncomingMessage, scheme: string): Promise<void> {
    const { method = '', url = '', headers } = request
    messages.push({
      target: `${method} ${scheme}://${headers.host ?? ''}${url}`,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]),
      ),
      body: await shown(request as AsyncIterable<Uint8Array>),
    })
  }

  const listen = (scheme: string) =>
    createServer((request, response) => {
      void record(request, scheme).then(() =>
        response.setHeader('content-type', 'application/json').end('{}'),
      )
    })
  const servers = { http: listen('http'), https: listen('https') }

  const recorded = <A extends HttpAgent>(agent: A, server: keyof typeof servers): A => {
    agent.createConnection = () => {
      const [ours, theirs] = duplexPair()
      servers[server].emit('connection', theirs)
      return ours
    }
    return agent
  }

  return {
    messages,
    async fetch(url, request = {}) {
      messages.push({
        target: `${request.method ?? 'GET'} ${String(url)}`,
        headers: { ...request.headers },
        body: await shownBody(request.body),
      })
      return Response.json({})
    },
    connect: async (target) => refuse(target),
    dial: refuse,
    agents: {
      http: recorded(new HttpAgent(), 'http'),
      https: recorded(new HttpsAgent(), 'https'),
    },
    [Symbol.dispose]() {
      for (const server of Object.values(servers)) server.closeAllConnections()
    },
  }
}

function refuse({ host, port }: ConnectTarget): never {
  throw new DeliveryError(
    'permanent',
    `it would connect to ${host}:${port}; a test opens no connection`,
  )
}

async function shownBody(body: PluginRequest['body']): Promise<string> {
  if (body === undefined) return ''
  if (typeof body === 'function') return shown(body())
  if (!(body instanceof FormData)) return textOf(Buffer.from(body))
  const parts = [...body.entries()].map(async ([name, value]) =>
    typeof value === 'string'
      ? `${name}=${value}`
      : `${name}=(file ${value.name}) ${textOf(Buffer.from(await value.arrayBuffer()))}`,
  )
  return (await Promise.all(parts)).join('\n')
}

async function shown(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let kept = 0
  for await (const chunk of stream) {
    if (kept <= maxBodyBytes) chunks.push(chunk)
    kept += chunk.length
  }
  return textOf(Buffer.concat(chunks))
}

function textOf(bytes: Buffer): string {
  try {
    const head = bytes.subarray(0, maxBodyBytes)
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return bytes.length > maxBodyBytes ? `${text}… (cut)` : text
  } catch {
    return `(${bytes.length} bytes)`
  }
}
