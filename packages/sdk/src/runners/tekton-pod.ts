import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

import type { Environment } from '@chainloop/attestation/runners/runner'
import type { Labels, TektonPod } from '@chainloop/attestation/runners/tekton-pod'

import { httpExchange, readBody } from '../http/request.ts'

/** https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
const ACCOUNT = 'var/run/secrets/kubernetes.io/serviceaccount'
const TIMEOUT_MS = 5_000
const MAX_BYTES = 4 << 20

/** The pod of this process, seen through its service account. Whatever goes wrong is as if there was nothing. */
export function tektonPod(env: Environment, { root = '/' } = {}): TektonPod {
  const account = (name: string): Promise<string | undefined> => readText(join(root, ACCOUNT, name))

  return {
    async hasResults() {
      try {
        return (await stat(join(root, 'tekton/results'))).isDirectory()
      } catch {
        return false
      }
    },

    async namespace() {
      return (await account('namespace')) || undefined
    },

    async labels(pod) {
      const url = podUrl(env, pod)
      const [token, ca] = await Promise.all([account('token'), account('ca.crt')])
      if (url === undefined || !token || !ca) return undefined
      try {
        return await askForLabels(url, { token, ca })
      } catch {
        return undefined
      }
    },
  }
}

function podUrl(
  env: Environment,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): URL | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443'
  if (host === '' || !/^\d{1,5}$/.test(port)) return undefined
  const address = host.includes(':') ? `[${host}]` : host
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`
  return URL.parse(`https://${address}:${port}${path}`) ?? undefined
}

async function askForLabels(
  url: URL,
  { token, ca }: { readonly token: string; readonly ca: string },
): Promise<Labels | undefined> {
  const response = await httpExchange(url, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    ca,
    idleTimeoutMs: TIMEOUT_MS,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const body = await readBody(response, MAX_BYTES)
  return response.statusCode === 200 ? labelsIn(JSON.parse(body.toString('utf8'))) : undefined
}

function labelsIn(pod: unknown): Labels {
  const { metadata } = (pod ?? {}) as { metadata?: { labels?: Record<string, unknown> } }
  return Object.fromEntries(
    Object.entries(metadata?.labels ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch {
    return undefined
  }
}
