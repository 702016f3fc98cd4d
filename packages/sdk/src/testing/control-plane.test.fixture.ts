import { sha256 } from '@chainloop/attestation/digest'
import { certificate, trustedRoot } from '@chainloop/attestation/verify/authority.test.fixture'
import { parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import { verifyBundle } from '@chainloop/attestation/verify/verify-bundle'
import { SigningService } from '@chainloop/proto/controlplane/v1/signing'
import {
  AttestationService,
  WorkflowRunService,
} from '@chainloop/proto/controlplane/v1/workflow_run'
import { ByteStream } from '@chainloop/proto/google/bytestream/bytestream'
import { RunService } from '@chainloop/proto/runs/v1/run_service'
import { TrustService } from '@chainloop/proto/trust/v1/trust_service'
import { Code, ConnectError, createRouterTransport, type ConnectRouter } from '@connectrpc/connect'

import { createClient, type Client } from '../client.ts'
import type { Connect } from '../connection/connection.ts'
import {
  certifyRequest,
  stampQuery,
  timestampAuthority,
  timestampServer,
} from './authorities.test.fixture.ts'
import { listen } from './listen.test.fixture.ts'

export const RUN_ID = '22222222-2222-4222-8222-222222222222'
const RUN_TOKEN = 'run-token'

export interface FakeOptions {
  readonly contract: string
  readonly inline?: boolean
  readonly maxBytes?: number
  readonly blockOnPolicyViolation?: boolean
}

/**
 * A control plane and a CAS of one run: small, but it keeps the rules that a session depends on. Uploads must have
 * their digest, only the run token may do what a run does, a bundle must verify, and is stored once.
 */
export interface FakeControlPlane extends AsyncDisposable {
  readonly client: Client
  readonly stored: Uint8Array[]
  readonly blobs: Map<string, Uint8Array>
  readonly calls: string[]
  readonly root: Uint8Array
  /** Uploads that break on their way, from now on. */
  breakUploads: number
  /** Answers of Store that are lost on their way, from now on. */
  loseAnswers: number
  cancelled: string[]
}

export async function startControlPlane(options: FakeOptions): Promise<FakeControlPlane> {
  const ca = certificate({ common: 'job CA', ca: true })
  const { tsa, root: tsaRoot } = timestampAuthority()
  const server = timestampServer((query) => stampQuery(query, tsa))
  const timestampAuthorityUrl = `http://${await listen(server)}/tsa`
  const root = trustedRoot({ root: ca, tsa, tsaRoot, leaf: ca })

  const fake = {
    stored: [],
    blobs: new Map<string, Uint8Array>(),
    calls: [],
    root,
    breakUploads: 0,
    loseAnswers: 0,
    cancelled: [],
    [Symbol.asyncDispose]: async () => {
      server.close()
    },
  } satisfies Kept
  const certify = (csr: string): string => certifyRequest(csr, ca, 'https://acme.example/web/build')
  const client = createClient({
    controlPlane: 'control-plane:9000',
    artifactCas: 'cas:9001',
    insecure: true,
    token: 'account-token',
    retry: { budgetMs: 0 },
    connect: inProcess((router) => {
      routes(router, { fake, options, timestampAuthorityUrl, certify })
    }),
  })
  return Object.assign(fake, { client })
}

type Kept = Omit<FakeControlPlane, 'client'>

function inProcess(register: (router: ConnectRouter) => void): Connect {
  return (endpoint) => ({
    endpoint,
    transport: (interceptors) =>
      createRouterTransport(register, { transport: { interceptors: [...interceptors] } }),
    [Symbol.dispose]: () => {},
  })
}

interface Parts {
  readonly fake: Kept
  readonly options: FakeOptions
  readonly timestampAuthorityUrl: string
  readonly certify: (csr: string) => string
}

function routes(router: ConnectRouter, parts: Parts): void {
  const { fake } = parts
  const runOnly = (header: Headers, method: string): void => {
    fake.calls.push(method)
    if (header.get('authorization') !== `Bearer ${RUN_TOKEN}`) {
      throw new ConnectError(`${method} is for runs`, Code.PermissionDenied)
    }
  }
  router.service(AttestationService, attestationService(parts, runOnly))
  router.service(RunService, {
    join: ({ runId }) => {
      fake.calls.push('join')
      if (runId !== RUN_ID) throw new ConnectError('no such run', Code.NotFound)
      return { runToken: { token: RUN_TOKEN, expiresAt: inAnHour() } }
    },
  })
  router.service(SigningService, {
    generateSigningCert: ({ certificateSigningRequest }, { requestHeader }) => {
      runOnly(requestHeader, 'generateSigningCert')
      const pem = parts.certify(Buffer.from(certificateSigningRequest).toString('utf8'))
      return { chain: { certificates: [pem] } }
    },
  })
  router.service(TrustService, { getTrustedRoot: () => ({ trustedRoot: fake.root }) })
  router.service(WorkflowRunService, {
    view: ({ ref }) => {
      const bundle = fake.stored.find((one) => sha256(one) === ref.value)
      if (bundle === undefined) throw new ConnectError('no such attestation', Code.NotFound)
      return { result: { attestation: { bundle } } }
    },
  })
  router.service(ByteStream, { write: (messages) => receive(messages, fake) })
}

function attestationService(
  { fake, options, timestampAuthorityUrl }: Parts,
  runOnly: (header: Headers, method: string) => void,
) {
  const backend = {
    id: '33333333-3333-4333-8333-333333333333',
    name: 'filesystem',
    isInline: options.inline ?? false,
    limits: { maxBytes: BigInt(options.maxBytes ?? 0) },
  }
  return {
    findOrCreateWorkflow: () => ({
      result: { id: 'w', name: 'build', project: 'web', contractName: 'web-build' },
    }),
    getContract: () => ({
      result: {
        contract: {
          revision: 3,
          contractName: 'web-build',
          rawContract: { body: Buffer.from(options.contract) },
        },
      },
    }),
    init: () => {
      fake.calls.push('init')
      return {
        result: {
          workflowRun: {
            id: RUN_ID,
            contractRevisionUsed: 3,
            version: { version: 'v0', prerelease: true },
          },
          organization: 'acme',
          blockOnPolicyViolation: options.blockOnPolicyViolation ?? false,
          signingOptions: { timestampAuthorityUrl, signingCa: 'job-ca' },
          runToken: RUN_TOKEN,
          runTokenExpiresAt: inAnHour(),
        },
      }
    },
    getUploadCreds: (
      { digest }: { digest: string },
      { requestHeader }: { requestHeader: Headers },
    ) => {
      runOnly(requestHeader, 'getUploadCreds')
      return { result: { token: backend.isInline ? '' : `upload ${digest}`, backend } }
    },
    store: (
      { attestationBundle }: { attestationBundle: Uint8Array },
      { requestHeader }: { requestHeader: Headers },
    ) => {
      runOnly(requestHeader, 'store')
      return store(fake, attestationBundle)
    },
    cancel: ({ workflowRunId }: { workflowRunId: string }) => {
      fake.cancelled.push(workflowRunId)
      return {}
    },
  }
}

function store(fake: Kept, bundle: Uint8Array): { result: { digest: string } } {
  verifyBundle({ bundle, trust: parseTrustRoot(fake.root), requireRfc3161: true })
  const [first] = fake.stored
  if (first === undefined) fake.stored.push(bundle)
  else if (sha256(first) !== sha256(bundle))
    throw new ConnectError('the run is over', Code.AlreadyExists)
  if (fake.loseAnswers > 0) {
    fake.loseAnswers -= 1
    throw new ConnectError('the connection broke', Code.Unavailable)
  }
  return { result: { digest: sha256(bundle) } }
}

async function receive(
  messages: AsyncIterable<{
    resourceName: string
    data: Uint8Array
    finishWrite: boolean
    writeOffset: bigint
  }>,
  fake: Kept,
): Promise<{ committedSize: bigint }> {
  const chunks: Uint8Array[] = []
  let name = ''
  let size = 0
  let finished = false
  for await (const message of messages) {
    if (Number(message.writeOffset) !== size)
      throw new ConnectError('wrong offset', Code.OutOfRange)
    chunks.push(message.data)
    size += message.data.byteLength
    name = message.resourceName
    if (fake.breakUploads > 0) {
      fake.breakUploads -= 1
      throw new ConnectError('the connection broke', Code.Unavailable)
    }
    finished = message.finishWrite
  }
  const bytes = Buffer.concat(chunks)
  const digest = sha256(bytes)
  const [, , , hex, declared] = name.split('/')
  if (!finished || `sha256:${hex}` !== digest || Number(declared) !== size) {
    throw new ConnectError('the bytes are not what was declared', Code.InvalidArgument)
  }
  fake.blobs.set(digest, bytes)
  return { committedSize: BigInt(size) }
}

function inAnHour(): { seconds: bigint; nanos: number } {
  return { seconds: BigInt(Math.floor(Date.now() / 1000) + 3600), nanos: 0 }
}
