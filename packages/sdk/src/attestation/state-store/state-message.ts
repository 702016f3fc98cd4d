import { create, fromJson, type JsonValue, type MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type {
  ContainerImage,
  FileContent,
  Material,
} from '@chainloop/attestation/materials/material'
import { MATERIAL_KIND_NUMBERS } from '@chainloop/attestation/materials/material-kind'
import type { CraftingState } from '@chainloop/attestation/predicate/crafting-state'
import type { PolicyReference } from '@chainloop/attestation/predicate/policy-evaluation'
import { RUNNER_TYPE_NUMBERS } from '@chainloop/attestation/runners/runner-type'
import {
  Attestation_Auth_AuthType as AuthType,
  Commit_CommitVerification_VerificationStatus as CommitStatus,
  CraftingStateSchema,
  type Attestation_MaterialSchema,
  type AttestationSchema,
  type CommitSchema,
  type CraftingState as CraftingStateMessage,
  type PolicyEvaluation_ReferenceSchema,
  type PolicyEvaluationSchema,
} from '@chainloop/proto/attestation/v1/crafting_state'
import { CraftingSchemaV2Schema } from '@chainloop/proto/workflowcontract/v1/crafting_schema'

/** The state as `attestation.v1.CraftingState`, which the control plane keeps for remote sessions. */
export function toStateMessage(state: CraftingState, dashboardUrl: string): CraftingStateMessage {
  const { shape: _, ...contract } = state.contract
  const plain: JsonValue = JSON.parse(JSON.stringify(contract))
  return create(CraftingStateSchema, {
    schema: {
      case: 'schemaV2',
      value: fromJson(CraftingSchemaV2Schema, plain, { ignoreUnknownFields: true }),
    },
    attestation: attestation(state),
    dryRun: state.dryRun,
    uiDashboardUrl: dashboardUrl,
  })
}

function attestation(state: CraftingState): MessageInitShape<typeof AttestationSchema> {
  const { workflow, runner, signing, casBackend, auth, head } = state
  return {
    initializedAt: timestampFromDate(state.initializedAt),
    ...(state.finishedAt && { finishedAt: timestampFromDate(state.finishedAt) }),
    workflow: {
      name: workflow.name,
      project: workflow.project,
      team: workflow.team,
      organization: workflow.organization,
      workflowId: workflow.id,
      workflowRunId: workflow.runId,
      contractName: workflow.contractName,
      schemaRevision: String(workflow.contractRevision),
      version: workflow.version,
    },
    materials: Object.fromEntries(state.materials.map((one) => [one.name, materialMessage(one)])),
    annotations: state.annotations,
    envVars: state.env,
    runnerUrl: runner.url,
    runnerType: RUNNER_TYPE_NUMBERS[runner.type],
    runnerEnvironment: {
      workflowFilePath: runner.workflowFilePath,
      environment: runner.environment,
      authenticated: runner.authenticated,
      type: RUNNER_TYPE_NUMBERS[runner.type],
      url: runner.url,
    },
    ...(head && { head: commit(head) }),
    policyEvaluations: state.policyEvaluations.map(evaluationMessage),
    blockOnPolicyViolation: state.blockOnPolicyViolation,
    bypassPolicyCheck: state.bypassPolicyCheck,
    signingOptions: signing,
    ...(auth && { auth: { type: AUTH_TYPES[auth.type], id: auth.id } }),
    ...(casBackend && {
      casBackend: {
        casBackendId: casBackend.id,
        casBackendName: casBackend.name,
        fallback: casBackend.fallback,
      },
    }),
  }
}

const AUTH_TYPES = {
  AUTH_TYPE_USER: AuthType.USER,
  AUTH_TYPE_API_TOKEN: AuthType.API_TOKEN,
  AUTH_TYPE_FEDERATED: AuthType.FEDERATED,
} as const

export function materialMessage(
  one: Material,
): MessageInitShape<typeof Attestation_MaterialSchema> {
  return {
    id: one.name,
    m: content(one),
    addedAt: timestampFromDate(one.addedAt),
    materialType: MATERIAL_KIND_NUMBERS[one.kind],
    uploadedToCas: one.uploaded,
    inlineCas: one.inline,
    annotations: one.annotations,
    output: one.output,
    required: one.required,
  }
}

type MaterialMessage = MessageInitShape<typeof Attestation_MaterialSchema>

function content({ what, digest, output }: Material): NonNullable<MaterialMessage['m']> {
  if (what.type === 'string') return { case: 'string', value: { value: what.value, digest } }
  if (what.type === 'image') return image(what.image, digest, output)
  return file(what, digest, output)
}

function file(
  what: FileContent,
  digest: string,
  isSubject: boolean,
): NonNullable<MaterialMessage['m']> {
  const { filename: name, content: bytes, mainComponent } = what
  const artifact = { name, digest, isSubject, ...(bytes && { content: bytes }) }
  if (mainComponent === undefined) return { case: 'artifact', value: artifact }
  const { type: kind, ...component } = mainComponent
  return { case: 'sbomArtifact', value: { artifact, mainComponent: { ...component, kind } } }
}

function image(
  { repository: name, tag = '', hasLatestTag, signature }: ContainerImage,
  digest: string,
  isSubject: boolean,
): NonNullable<MaterialMessage['m']> {
  const signed = signature && {
    signature: signature.manifest,
    signatureDigest: signature.digest,
    signatureProvider: signature.provider,
  }
  return {
    case: 'containerImage',
    value: { name, digest, tag, isSubject, hasLatestTag, ...signed },
  }
}

function commit(head: NonNullable<CraftingState['head']>): MessageInitShape<typeof CommitSchema> {
  const { verification } = head
  return {
    hash: head.hash,
    authorName: head.author.name,
    authorEmail: head.author.email,
    message: head.message,
    date: timestampFromDate(head.date),
    remotes: [...head.remotes],
    signature: head.signature ?? '',
    ...(verification && {
      platformVerification: {
        ...verification,
        attempted: true,
        status: CommitStatus[verification.status],
      },
    }),
  }
}

type Evaluation = CraftingState['policyEvaluations'][number]

export function evaluationMessage(
  one: Evaluation,
): MessageInitShape<typeof PolicyEvaluationSchema> {
  return {
    name: one.name,
    materialName: one.materialName ?? '',
    sources: [...one.sources],
    description: one.description,
    annotations: one.annotations,
    violations: one.violations.map(({ subject, message, suppressed }) => ({
      subject,
      message,
      suppress: suppressed,
    })),
    with: one.with,
    type: Object.hasOwn(MATERIAL_KIND_NUMBERS, one.type)
      ? MATERIAL_KIND_NUMBERS[one.type as keyof typeof MATERIAL_KIND_NUMBERS]
      : 0,
    skipped: one.skipped,
    skipReasons: [...one.skipReasons],
    requirements: [...one.requirements],
    gate: one.gate,
    shadow: one.shadow ?? false,
    ...(one.policyReference && { policyReference: reference(one.policyReference) }),
    ...(one.groupReference && { groupReference: reference(one.groupReference) }),
  }
}

function reference(
  one: PolicyReference,
): MessageInitShape<typeof PolicyEvaluation_ReferenceSchema> {
  const { name, uri, digest = '', organization } = one
  return { name, uri, digest, orgName: organization }
}
