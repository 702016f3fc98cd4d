import { randomBytes } from 'node:crypto'

import { sha256 } from '@chainloop/attestation/digest'
import { inspectMaterial } from '@chainloop/attestation/materials/craft'
import type { Material } from '@chainloop/attestation/materials/material'
import { renderStatement } from '@chainloop/attestation/predicate/render-statement'
import { AttestationStateService } from '@chainloop/proto/controlplane/v1/attestation_state'
import { CASRedirectService } from '@chainloop/proto/controlplane/v1/cas_redirect'
import { ReferrerService } from '@chainloop/proto/controlplane/v1/referrer'
import { RunStatus } from '@chainloop/proto/controlplane/v1/response_messages'
import { SigningService } from '@chainloop/proto/controlplane/v1/signing'
import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import {
  AttestationService,
  WorkflowRunService,
} from '@chainloop/proto/controlplane/v1/workflow_run'
import { ErrorInfoSchema } from '@chainloop/proto/google/rpc/error_details'
import { RunService } from '@chainloop/proto/runs/v1/run_service'
import { TrustPurpose, TrustService } from '@chainloop/proto/trust/v1/trust_service'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'

import { BINARY, craftingState, SBOM } from '../attestations/testing/craft.ts'
import * as revisions from '../contracts/contract-revision-repo.ts'
import * as runs from '../runs/run-repo.ts'
import { CONTRACT } from '../runs/testing/run-world.ts'
import { signedBundle } from '../signing/testing/bundles.ts'
import { newCertificateRequest } from '../signing/testing/certificate-requests.ts'
import { timestampQuery } from '../signing/timestamp-query.ts'
import { createToken } from './testing/create-token.ts'
import { startTestControlPlane, type TestControlPlane } from './testing/start-control-plane.ts'

let server: TestControlPlane
let account: string
beforeAll(async () => {
  server = await startTestControlPlane()
  await server.client(WorkflowService, server.operator).create({
    name: 'build',
    projectName: 'web',
    contractBytes: Buffer.from(CONTRACT),
  })
  account = await createToken(server, { role: 'attester', projectName: 'web' })
  // Without an artifact CAS beside it this server embeds what it stores.
  await server.ctx.db.updateTable('cas_backends').set({ is_default: false }).execute()
  await server.ctx.db
    .updateTable('cas_backends')
    .set({ is_default: true })
    .where('provider', '=', 'INLINE')
    .execute()
})
afterAll(async () => server[Symbol.asyncDispose]())

interface Opened {
  readonly runId: string
  readonly runToken: string
}

async function init(): Promise<Opened> {
  const { result } = await server
    .client(AttestationService, account)
    .init({ workflowName: 'build', projectName: 'web', jobUrl: 'https://ci.example/7' })
  return { runId: result?.workflowRun?.id ?? '', runToken: result?.runToken ?? '' }
}

async function material(name: string, kind: Material['kind'], content: Buffer): Promise<Material> {
  const evidence = {
    name: `${name}.json`,
    size: content.length,
    async *open() {
      yield content
    },
  }
  const { annotations, mainComponent } = await inspectMaterial(kind, evidence)
  return {
    name,
    kind,
    digest: sha256(content),
    what: { type: 'file', filename: evidence.name, content, mainComponent },
    size: content.length,
    uploaded: false,
    inline: true,
    output: name === 'binary',
    required: true,
    annotations,
    addedAt: new Date(),
  }
}

/** Everything over the wire: the certificate, the timestamp and the bundle. */
async function craft({ runId, runToken }: Opened): Promise<Uint8Array<ArrayBuffer>> {
  const { db } = server.ctx
  const { id: organizationId } = await db
    .selectFrom('organizations')
    .select('id')
    .executeTakeFirstOrThrow()
  const run = await runs.find(db, { organizationId, id: runId })
  const revision =
    run && (await revisions.findById(db, { organizationId, id: run.contract.revisionId }))
  if (!run || !revision) throw new Error('the run is not there')
  const materials = [
    await material('binary', 'ARTIFACT', BINARY),
    await material('sbom', 'SBOM_CYCLONEDX_JSON', SBOM),
  ]
  const opened = { run, contractRevision: revision }
  const payload = renderStatement(craftingState(opened, materials), {
    builderId: 'https://chainloop.example/test@1',
  })
  const { pem, privateKey } = newCertificateRequest()
  const { chain } = await server
    .client(SigningService, runToken)
    .generateSigningCert({ certificateSigningRequest: Buffer.from(pem) })
  const bundle = await signedBundle({
    payload,
    privateKey,
    certificate: { chain: chain?.certificates ?? [] },
    timestampAuthority: { respond: stamp },
  })
  return new Uint8Array(Buffer.from(JSON.stringify(bundle)))
}

async function stamp(query: Buffer<ArrayBuffer>): Promise<Buffer<ArrayBuffer>> {
  const response = await fetch(new URL('/tsa', server.addresses.http), {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query' },
    body: query,
  })
  expect(response.headers.get('content-type')).toBe('application/timestamp-reply')
  return Buffer.from(await response.arrayBuffer())
}

test('a job attests with its run token, and a viewer sees what was verified and what was claimed', async () => {
  const opened = await init()
  const bundle = await craft(opened)

  const { result: stored } = await server
    .client(AttestationService, opened.runToken)
    .store({ workflowRunId: opened.runId, attestationBundle: bundle })

  expect(stored?.digest).toBe(sha256(bundle))
  const { run, attestation, verification } = await view(sha256(bundle))
  expect(verification).toMatchObject({ verified: true, failureReason: '' })
  expect(run.status).toBe(RunStatus.SUCCEEDED)
  expect(run.guarantees).toContain('run-bound-certificate')
  expect(Buffer.from(attestation.bundle).equals(Buffer.from(bundle))).toBe(true)
  expect(attestation.materials.map(({ name, type }) => [name, type])).toEqual([
    ['binary', 'ARTIFACT'],
    ['sbom', 'SBOM_CYCLONEDX_JSON'],
  ])
  expect(attestation.fields).toContainEqual(
    expect.objectContaining({ field: 'predicate.metadata.project', verified: true }),
  )
  expect(attestation.fields).toContainEqual(
    expect.objectContaining({ field: 'predicate.builder.id', verified: false }),
  )
  const { result: list } = await server
    .client(WorkflowRunService, server.operator)
    .list({ projectName: 'web', workflowName: 'build' })
  expect(list.map(({ id }) => id)).toContain(opened.runId)
})

async function view(digest: string) {
  const { result } = await server
    .client(WorkflowRunService, server.operator)
    .view({ ref: { case: 'digest', value: digest }, verify: true })
  if (!result?.workflowRun || !result.attestation) throw new Error('there is nothing to view')
  const { workflowRun: run, attestation, verification } = result
  return { run, attestation, verification }
}

test('the bundle satisfies another verifier with the trust root that the server publishes', async () => {
  const bundle = await craft(await init())
  const trust = server.client(TrustService)
  const roots = {
    attestations: await (
      await fetch(new URL('/trust/attestations.json', server.addresses.http))
    ).text(),
    provenance: Buffer.from(
      (await trust.getTrustedRoot({ purpose: TrustPurpose.PROVENANCE })).trustedRoot,
    ).toString(),
  }
  const verify = (root: string) => {
    const trusted = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(root)))
    const options = { ctlogThreshold: 0, tlogThreshold: 0, timestampThreshold: 1 }
    const json: unknown = JSON.parse(Buffer.from(bundle).toString())
    return new Verifier(trusted, options).verify(toSignedEntity(bundleFromJSON(json)))
  }

  expect(verify(roots.attestations).identity?.subjectAlternativeName).toMatch(
    /^http:\/\/controlplane\.test\/organizations\/default\/projects\/web\/workflows\/build\/runs\//,
  )
  expect(() => verify(roots.provenance)).toThrow(/certificate/)
})

test('what is embedded in an attestation is found by its digest and downloaded', async () => {
  const opened = await init()
  await server
    .client(AttestationService, opened.runToken)
    .store({ workflowRunId: opened.runId, attestationBundle: await craft(opened) })

  const { result } = await server
    .client(ReferrerService, server.operator)
    .discoverPrivate({ digest: sha256(SBOM) })
  expect(result).toMatchObject({ kind: 'SBOM_CYCLONEDX_JSON', downloadable: true })
  expect(result?.references.every(({ kind }) => kind === 'ATTESTATION')).toBe(true)

  const { result: redirect } = await server
    .client(CASRedirectService, server.operator)
    .getDownloadURL({ digest: sha256(SBOM) })
  const { pathname, search } = new URL(redirect?.url ?? '')
  const download = await fetch(new URL(pathname + search, server.addresses.http))
  expect(Buffer.from(await download.arrayBuffer())).toEqual(SBOM)

  const redirected = await fetch(new URL(`/download/${sha256(SBOM)}`, server.addresses.http), {
    headers: { authorization: `Bearer ${server.operator}` },
    redirect: 'manual',
  })
  expect(redirected.status).toBe(302)
  expect(redirected.headers.get('location')).toContain(`/download/${sha256(SBOM)}?t=`)
})

test.each<[string, string, Record<string, string>, number]>([
  ['nobody', `sha256:${'a'.repeat(64)}`, {}, 401],
  ['a digest that is none', 'hello', {}, 404],
])('a download is refused: %s', async (_what, digest, headers, status) => {
  const url = new URL(`/download/${digest}`, server.addresses.http)

  expect((await fetch(url, { headers, redirect: 'manual' })).status).toBe(status)
})

test('an unknown digest and one of a project that the token may not read are not found alike', async () => {
  const url = (digest: string) => new URL(`/download/${digest}`, server.addresses.http)
  const reader = await createToken(server, {
    role: 'attester',
    projectName: 'other',
    rights: ['artifact:read'],
  })
  const headers = { authorization: `Bearer ${reader}` }
  const known = await fetch(url(sha256(SBOM)), { headers, redirect: 'manual' })
  const unknown = await fetch(url(`sha256:${'b'.repeat(64)}`), { headers, redirect: 'manual' })

  expect([known.status, unknown.status]).toEqual([404, 404])
  expect(Object.keys(JSON.parse(await known.text()))).toEqual(
    Object.keys(JSON.parse(await unknown.text())),
  )
})

test('the account’s token gets no certificate, and a run token opens no run', async () => {
  const { runToken } = await init()
  const { pem } = newCertificateRequest()

  expect(
    await codeOf(
      server
        .client(SigningService, account)
        .generateSigningCert({ certificateSigningRequest: Buffer.from(pem) }),
    ),
  ).toBe(Code.PermissionDenied)
  expect(
    await codeOf(
      server
        .client(AttestationService, runToken)
        .init({ workflowName: 'build', projectName: 'web' }),
    ),
  ).toBe(Code.PermissionDenied)
})

test('a refusal names the field and its reason for programs', async () => {
  const [opened, other] = [await init(), await init()]

  const error = await failureOf(
    server
      .client(AttestationService, opened.runToken)
      .store({ workflowRunId: opened.runId, attestationBundle: await craft(other) }),
  )

  expect(error.code).toBe(Code.InvalidArgument)
  expect(reasonOf(error)).toEqual(['CERTIFICATE_NOT_OF_RUN', { field: 'verificationMaterial' }])
})

test('a state is saved, read and swapped over the wire, and a conflict says so', async () => {
  const { runId: workflowRunId, runToken } = await init()
  const states = server.client(AttestationStateService, runToken)
  const attestationState = { dryRun: false, uiDashboardUrl: 'https://example.org' }

  const { digest } = await states.save({ workflowRunId, attestationState, baseDigest: '' })
  const { result } = await states.read({ workflowRunId })

  expect(result?.digest).toBe(digest)
  expect(result?.attestationState?.uiDashboardUrl).toBe('https://example.org')
  const error = await failureOf(
    states.save({ workflowRunId, attestationState, baseDigest: 'stale' }),
  )
  expect(error.code).toBe(Code.Aborted)
  expect(reasonOf(error)[0]).toBe('ATTESTATION_STATE_ERROR_CONFLICT')
})

test('a further job joins the run, and its token is renewed', async () => {
  const { runId } = await init()

  const { runToken } = await server.client(RunService, account).join({ runId })
  const renewed = await server.client(RunService, runToken?.token).renewToken({})

  expect(renewed.runToken?.token).not.toBe('')
})

test.each<[string, RequestInit, number]>([
  ['another content type', { body: timestampQuery(randomBytes(4)) }, 400],
  [
    'too many bytes',
    { body: Buffer.alloc(5000), headers: { 'content-type': 'application/timestamp-query' } },
    413,
  ],
  ['no POST', { method: 'GET' }, 404],
])('the timestamp endpoint refuses: %s', async (_what, request, status) => {
  const asked = { method: 'POST', ...request }
  const response = await fetch(new URL('/tsa', server.addresses.http), asked)

  expect(response.status).toBe(status)
})

async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  return call.then(
    () => new ConnectError('it was answered', Code.Unknown),
    (cause: unknown) => ConnectError.from(cause),
  )
}

function reasonOf(error: ConnectError): unknown[] {
  return error
    .findDetails(ErrorInfoSchema)
    .flatMap(({ reason, metadata }) => [reason, { ...metadata }])
}

async function codeOf(call: Promise<unknown>): Promise<Code> {
  return (await failureOf(call)).code
}
