import { randomUUID } from 'node:crypto'

import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import type { AttestationServiceInitResponse_Result as InitResult } from '@chainloop/proto/controlplane/v1/workflow_run'
import { AttestationService } from '@chainloop/proto/controlplane/v1/workflow_run'
import { Platform, TrustRuleService } from '@chainloop/proto/trustrules/v1/trust_rule_service'
import { ConnectError } from '@connectrpc/connect'
import type { JWTPayload } from 'jose'

import { startTestIssuer, type TestIssuer } from '../../identities/testing/test-issuer.ts'
import { startTestControlPlane, type TestControlPlane } from './start-control-plane.ts'

/** A control plane that trusts the jobs of `acme/web`, as an issuer over a real socket vouches for them. */
export interface KeylessWorld extends AsyncDisposable {
  readonly server: TestControlPlane
  readonly issuer: TestIssuer
  addRule(name: string, change?: Record<string, unknown>): Promise<unknown>
  /** What GitHub would say of a job. */
  claims(change?: JWTPayload): JWTPayload
  init(token: string, change?: object, headers?: Record<string, string>): Promise<Opened>
}

export interface Opened {
  readonly runId: string
  readonly runToken: string
  readonly result: InitResult | undefined
}

export const INSTANCE = 'http://controlplane.test'
export const inOrganization = { 'chainloop-organization': 'default' }

const WANTED = { workflowName: 'build', projectName: 'web', runner: 1 as const }

export async function startKeylessWorld(): Promise<KeylessWorld> {
  await using stack = new AsyncDisposableStack()
  const issuer = stack.use(await startTestIssuer())
  const server = stack.use(
    await startTestControlPlane({
      CHAINLOOP_EGRESS_ALLOW: issuer.host,
      CHAINLOOP_FAILED_LOGINS_PER_MINUTE: '1000',
    }),
  )
  for (const projectName of ['web', 'api']) {
    await server.client(WorkflowService, server.operator).create({ name: 'build', projectName })
  }
  const addRule: KeylessWorld['addRule'] = (name, change) =>
    server.client(TrustRuleService, server.operator).add({
      name,
      platform: Platform.GITHUB,
      issuer: issuer.url,
      claims: { repository_owner_id: '4711', repository: 'acme/web' },
      projectName: 'web',
      ...change,
    })
  await addRule('github-web')
  const open = stack.move()
  return {
    server,
    issuer,
    addRule,
    claims: (change) => ({ ...claimsOf(issuer.url), ...change }),
    async init(token, change, headers = inOrganization) {
      const { result } = await server
        .client(AttestationService, token, headers)
        .init({ ...WANTED, ...change })
      return { runId: result?.workflowRun?.id ?? '', runToken: result?.runToken ?? '', result }
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

export const seconds = (): number => Math.floor(Date.now() / 1000)

function claimsOf(issuer: string): JWTPayload {
  return {
    iss: issuer,
    aud: INSTANCE,
    sub: 'repo:acme/web:ref:refs/heads/main',
    jti: randomUUID(),
    iat: seconds(),
    nbf: seconds(),
    exp: seconds() + 300,
    repository: 'acme/web',
    repository_id: '815',
    repository_owner_id: '4711',
    ref: 'refs/heads/main',
    sha: 'a'.repeat(40),
    run_id: '42',
    runner_environment: 'github-hosted',
    event_name: 'push',
    job_workflow_ref: 'acme/web/.github/workflows/ci.yml@refs/heads/main',
  }
}

export async function refusalOf(call: Promise<unknown>): Promise<ConnectError> {
  return call.then(
    () => {
      throw new Error('it was not refused')
    },
    (cause: unknown) => ConnectError.from(cause),
  )
}
