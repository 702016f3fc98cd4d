import { ClientSecretCredential, WorkloadIdentityCredential } from '@azure/identity'
import { ContainerClient, newPipeline } from '@azure/storage-blob'
import type { GuardedAgents } from '@chainloop/kit/egress/guarded-agent'
import { invalid } from '@chainloop/kit/errors'

import type { AzureCredentials } from './credentials.ts'

export interface AzureIdentity {
  /** Of Microsoft Entra ID; undefined: the public cloud's, or AZURE_AUTHORITY_HOST. */
  readonly authorityHost?: string
  /** Undefined: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE, as Kubernetes sets them. */
  readonly workload?: {
    readonly tenantId: string
    readonly clientId: string
    readonly tokenFilePath: string
  }
}

export interface AzureClientOptions extends AzureIdentity {
  readonly agents: GuardedAgents
  readonly credentials: AzureCredentials
  /** Of the container. */
  readonly url: string
  /** Without an answer. */
  readonly timeoutMs: number
  readonly retryDelayMs: number
}

/** A client of one container. */
export function createAzureClient(options: AzureClientOptions): ContainerClient {
  const { agents, url, timeoutMs, retryDelayMs } = options
  const pipeline = newPipeline(credentialOf(options), {
    retryOptions: { maxTries: 4, tryTimeoutInMs: timeoutMs, retryDelayInMs: retryDelayMs },
  })
  pipeline.factories.unshift({
    create: (next) => ({
      sendRequest(request) {
        request.agent = agentFor(agents, request.url)
        // The SDK only tells the server.
        request.timeout = timeoutMs
        return next.sendRequest(request)
      },
    }),
  })
  return new ContainerClient(url, pipeline)
}

function agentFor({ http, https }: GuardedAgents, url: string): GuardedAgents['http'] {
  return url.startsWith('https:') ? https : http
}

type Request = { readonly url: string; agent?: unknown }

function credentialOf({
  agents,
  credentials: { tenantID, clientID, clientSecret },
  authorityHost,
  workload,
}: AzureClientOptions): ClientSecretCredential | WorkloadIdentityCredential {
  const guard = {
    name: 'guarded egress',
    sendRequest<R extends Request, A>(request: R, next: (request: R) => Promise<A>): Promise<A> {
      request.agent = agentFor(agents, request.url)
      return next(request)
    },
  }
  const options = {
    additionalPolicies: [{ policy: guard, position: 'perRetry' as const }],
    // Authorities of other clouds are none that the public one could vouch for.
    ...(authorityHost !== undefined && { authorityHost, disableInstanceDiscovery: true }),
  }
  const given = [tenantID, clientID, clientSecret].filter((each) => each !== undefined)
  if (given.length === 0) return new WorkloadIdentityCredential({ ...options, ...workload })
  if (!tenantID || !clientID || !clientSecret) {
    throw invalid('tenantID, clientID and clientSecret belong together', {
      reason: 'CREDENTIALS_INVALID',
    })
  }
  return new ClientSecretCredential(tenantID, clientID, clientSecret, options)
}
