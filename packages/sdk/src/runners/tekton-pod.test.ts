import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { captureVariables } from '@chainloop/attestation/runners/capture-variables'
import { detectRunner } from '@chainloop/attestation/runners/detect-runner'
import { withTektonVariables } from '@chainloop/attestation/runners/tekton-pod'
import { certificate } from '@chainloop/attestation/verify/authority.test.fixture'
import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { listen } from '../testing/listen.test.fixture.ts'
import { tektonPod } from './tekton-pod.ts'

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`

const authority = certificate({ common: 'kubernetes', ca: true })
const served = certificate({ common: 'localhost', issuer: authority })

let root: string
let closing: AsyncDisposableStack
beforeEach(async () => {
  closing = new AsyncDisposableStack()
  root = await mkdtemp(join(tmpdir(), 'chainloop-tekton-'))
  closing.defer(() => rm(root, { recursive: true }))
})
afterEach(() => closing.disposeAsync())

/** The pod of a step: https://tekton.dev/docs/pipelines/labels/, read 2026-11-23. */
const POD = {
  metadata: {
    labels: {
      'tekton.dev/taskRun': 'web-1-build',
      'tekton.dev/pipelineRun': 'web-1',
      'tekton.dev/pipeline': 'web',
      'app.kubernetes.io/managed-by': 'tekton-pipelines',
    },
  },
}

async function account(ca: Buffer = authority.der): Promise<void> {
  const folder = join(root, 'var/run/secrets/kubernetes.io/serviceaccount')
  await mkdir(folder, { recursive: true })
  await mkdir(join(root, 'tekton/results'), { recursive: true })
  await writeFile(join(folder, 'namespace'), 'ci')
  await writeFile(join(folder, 'token'), 'secret\n')
  await writeFile(join(folder, 'ca.crt'), pem(ca))
}

async function cluster(answer: (response: ServerResponse) => void) {
  const requests: IncomingMessage[] = []
  const key = served.key.export({ type: 'pkcs8', format: 'pem' })
  const server = createServer({ cert: pem(served.der), key }, (request, response) => {
    requests.push(request)
    answer(response)
  })
  const [, port] = (await listen(server)).split(':')
  closing.defer(async () => {
    server.closeAllConnections()
    await server[Symbol.asyncDispose]()
  })
  return {
    requests,
    env: {
      HOSTNAME: 'web-1-build-pod',
      KUBERNETES_SERVICE_HOST: 'localhost',
      KUBERNETES_SERVICE_PORT: port,
    },
  }
}

const which = { namespace: 'ci', name: 'web-1-build-pod' }

test('a step of Tekton asks its cluster for the labels of its pod, and is recognised by them', async () => {
  await account()
  const { env: around, requests } = await cluster((response) => response.end(JSON.stringify(POD)))

  const env = await withTektonVariables(around, tektonPod(around, { root }))

  const runner = detectRunner(env)
  expect(runner.type).toBe('TEKTON_PIPELINE')
  expect(runner.runUrl(env)).toBe('tekton://ci/pipelineruns/web-1')
  expect(captureVariables(env, runner, []).missing).toEqual([])
  expect(requests[0]?.url).toBe('/api/v1/namespaces/ci/pods/web-1-build-pod')
  expect(requests[0]?.headers.authorization).toBe('Bearer secret')
})

test.each<[string, (response: ServerResponse) => void]>([
  ['forbids it', (response) => response.writeHead(403).end('{}')],
  ['talks nonsense', (response) => response.end('<html>')],
  ['says null', (response) => response.end('null')],
  ['says too much', (response) => response.end('x'.repeat(5 << 20))],
  ['hangs up', (response) => response.destroy()],
])('a cluster that %s is as good as none', async (_what, answer) => {
  await account()
  const { env } = await cluster(answer)

  expect((await tektonPod(env, { root }).labels(which)) ?? {}).toEqual({})
})

test('the token is shown to nobody but the cluster of the account', async () => {
  await account(certificate({ common: 'another', ca: true }).der)
  const { env, requests } = await cluster((response) => response.end(JSON.stringify(POD)))

  expect(await tektonPod(env, { root }).labels(which)).toBeUndefined()
  expect(requests).toEqual([])
})

test.each([
  ['without a cluster', {}],
  [
    'with a port that is none',
    { KUBERNETES_SERVICE_HOST: 'localhost', KUBERNETES_SERVICE_PORT: '1@evil' },
  ],
])('%s nobody is asked', async (_what, env) => {
  await account()

  expect(await tektonPod(env, { root }).labels(which)).toBeUndefined()
})

test('a machine without Tekton and without an account says so', async () => {
  const pod = tektonPod({}, { root })

  expect([await pod.hasResults(), await pod.namespace()]).toEqual([false, undefined])
})
