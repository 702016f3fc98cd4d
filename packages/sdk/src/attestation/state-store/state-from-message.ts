import { toJsonString, type DescEnum } from '@bufbuild/protobuf'
import type { Contract } from '@chainloop/attestation/contract/contract'
import { parseContract } from '@chainloop/attestation/contract/parse-contract'
import { parseDigest } from '@chainloop/attestation/digest'
import type { Commit } from '@chainloop/attestation/git/commit'
import type { Material, MaterialContent } from '@chainloop/attestation/materials/material'
import { materialKindOf } from '@chainloop/attestation/materials/material-kind'
import type {
  AuthType,
  CraftingState,
  RunnerEnvironment,
} from '@chainloop/attestation/predicate/crafting-state'
import { runnerTypeOf } from '@chainloop/attestation/runners/runner-type'
import {
  Attestation_Auth_AuthTypeSchema as AuthTypeSchema,
  Commit_CommitVerification_VerificationStatusSchema as CommitStatusSchema,
  type Attestation,
  type Attestation_Material,
  type Commit as CommitMessage,
  type CraftingState as CraftingStateMessage,
} from '@chainloop/proto/attestation/v1/crafting_state'
import {
  CraftingSchemaSchema,
  CraftingSchemaV2Schema,
} from '@chainloop/proto/workflowcontract/v1/crafting_schema'

import { toDate } from '../../model/time.ts'
import { toEvaluation } from './evaluation-from-message.ts'
import { BrokenState } from './session-json.ts'

/** The state that a remote session is made of. Throws `BrokenState`. */
export function fromStateMessage(message: CraftingStateMessage): CraftingState {
  try {
    return read(message)
  } catch (cause) {
    throw new BrokenState('the remote state of this attestation is damaged', { cause })
  }
}

function read(message: CraftingStateMessage): CraftingState {
  const { attestation } = message
  if (attestation === undefined) throw new TypeError('the state has no attestation')
  const { finishedAt, head, signingOptions } = attestation
  return {
    dryRun: message.dryRun,
    workflow: workflow(attestation),
    contract: contract(message),
    initializedAt: toDate(attestation.initializedAt) ?? new Date(0),
    ...(finishedAt && { finishedAt: toDate(finishedAt) }),
    materials: Object.values(attestation.materials)
      .map(material)
      .toSorted((a, b) => a.addedAt.getTime() - b.addedAt.getTime()),
    annotations: attestation.annotations,
    env: attestation.envVars,
    runner: runner(attestation),
    ...(head && { head: commit(head) }),
    policyEvaluations: attestation.policyEvaluations.map(toEvaluation),
    blockOnPolicyViolation: attestation.blockOnPolicyViolation,
    bypassPolicyCheck: attestation.bypassPolicyCheck,
    ...auth(attestation),
    signing: {
      timestampAuthorityUrl: signingOptions?.timestampAuthorityUrl ?? '',
      signingCa: signingOptions?.signingCa ?? '',
    },
    ...casBackend(attestation),
  }
}

/** By way of the JSON that contracts are written in, so that there is one reader of contracts. */
function contract({ schema }: CraftingStateMessage): Contract {
  if (schema.case === undefined) throw new TypeError('the state has no contract')
  const json =
    schema.case === 'schemaV2'
      ? toJsonString(CraftingSchemaV2Schema, schema.value)
      : toJsonString(CraftingSchemaSchema, schema.value)
  return parseContract(Buffer.from(json)).contract
}

function workflow({ workflow: one }: Attestation): CraftingState['workflow'] {
  if (one === undefined) throw new TypeError('the state has no workflow')
  const { version } = one
  return {
    id: one.workflowId,
    name: one.name,
    project: one.project,
    team: one.team,
    organization: one.organization,
    runId: one.workflowRunId,
    contractName: one.contractName,
    contractRevision: Number(one.schemaRevision),
    version: {
      version: version?.version ?? '',
      prerelease: version?.prerelease ?? false,
      markAsReleased: version?.markAsReleased ?? false,
    },
  }
}

function runner({ runnerEnvironment: one, ...attestation }: Attestation): CraftingState['runner'] {
  return {
    type: runnerTypeOf(attestation.runnerType) ?? 'RUNNER_TYPE_UNSPECIFIED',
    url: attestation.runnerUrl,
    environment: environment(one?.environment),
    authenticated: one?.authenticated ?? false,
    workflowFilePath: one?.workflowFilePath ?? '',
  }
}

function environment(name: string | undefined): RunnerEnvironment {
  return name === 'managed' || name === 'self-hosted' ? name : 'unknown'
}

function auth({ auth: one }: Attestation): Pick<CraftingState, 'auth'> {
  const name = one && nameOf(AuthTypeSchema, one.type)
  return isAuthType(name) ? { auth: { type: name, id: one?.id ?? '' } } : {}
}

function isAuthType(name: string | undefined): name is AuthType {
  return (
    name === 'AUTH_TYPE_USER' || name === 'AUTH_TYPE_API_TOKEN' || name === 'AUTH_TYPE_FEDERATED'
  )
}

function casBackend({ casBackend: one }: Attestation): Pick<CraftingState, 'casBackend'> {
  if (one === undefined) return {}
  const { casBackendId: id, casBackendName: name, fallback } = one
  return { casBackend: { id, name, fallback } }
}

function material(message: Attestation_Material): Material {
  const { annotations } = message
  // The message has no field for it.
  const size = annotations['chainloop.material.size']
  const kind = materialKindOf(message.materialType)
  if (kind === undefined) throw new TypeError(`unknown material type ${message.materialType}`)
  const { what, digest } = content(message.m)
  return {
    name: message.id,
    kind,
    digest: parseDigest(digest),
    what: message.inlineCas ? withContent(what) : what,
    ...(size !== undefined && { size: Number(size) }),
    uploaded: message.uploadedToCas,
    inline: message.inlineCas,
    output: message.output,
    required: message.required,
    annotations,
    addedAt: toDate(message.addedAt) ?? new Date(0),
  }
}

/** An empty report is embedded, too; the message cannot tell that from no content. */
function withContent(what: MaterialContent): MaterialContent {
  return what.type === 'file' ? { content: new Uint8Array(), ...what } : what
}

function content(m: Attestation_Material['m']): { what: MaterialContent; digest: string } {
  switch (m.case) {
    case 'string':
      return { what: { type: 'string', value: m.value.value }, digest: m.value.digest }
    case 'containerImage':
      return image(m.value)
    case 'artifact':
      return file(m.value, undefined)
    case 'sbomArtifact':
      return file(m.value.artifact, m.value.mainComponent)
    case undefined:
      throw new TypeError('a material has no content')
  }
}

type ImageMessage = Extract<Attestation_Material['m'], { case: 'containerImage' }>['value']
type SbomMessage = Extract<Attestation_Material['m'], { case: 'sbomArtifact' }>['value']

function image(one: ImageMessage): { what: MaterialContent; digest: string } {
  const { name, digest, tag, hasLatestTag, signature, signatureDigest, signatureProvider } = one
  return {
    digest,
    what: {
      type: 'image',
      image: {
        repository: name,
        digest: parseDigest(digest),
        ...(tag !== '' && { tag }),
        hasLatestTag: hasLatestTag ?? false,
        ...(signatureDigest !== '' && {
          signature: {
            provider: signatureProvider === 'notary' ? 'notary' : 'cosign',
            digest: parseDigest(signatureDigest),
            manifest: signature,
          },
        }),
      },
    },
  }
}

function file(
  artifact: SbomMessage['artifact'],
  component: SbomMessage['mainComponent'],
): { what: MaterialContent; digest: string } {
  if (artifact === undefined) throw new TypeError('an SBOM has no artifact')
  const { name: filename, digest, content: bytes } = artifact
  return {
    digest,
    what: {
      type: 'file',
      filename,
      ...(bytes.byteLength > 0 && { content: bytes }),
      ...(component && {
        mainComponent: {
          name: component.name,
          version: component.version,
          type: component.kind,
        },
      }),
    },
  }
}

function commit(one: CommitMessage): Commit {
  const { platformVerification: verification, signature } = one
  const status = verification && nameOf(CommitStatusSchema, verification.status)
  return {
    hash: one.hash,
    author: { name: one.authorName, email: one.authorEmail },
    date: toDate(one.date) ?? new Date(0),
    message: one.message,
    remotes: one.remotes.map(({ name, url }) => ({ name, url })),
    ...(signature !== '' && { signature }),
    ...(verification && {
      verification: {
        status: isCommitStatus(status) ? status : 'unspecified',
        reason: verification.reason,
        platform: verification.platform,
        keyId: verification.keyId,
        signatureAlgorithm: verification.signatureAlgorithm,
      },
    }),
  }
}

type CommitStatus = NonNullable<Commit['verification']>['status']

function isCommitStatus(name: string | undefined): name is CommitStatus {
  return ['verified', 'unverified', 'unavailable', 'not_applicable'].includes(name ?? '')
}

function nameOf(schema: DescEnum, number: number): string | undefined {
  return schema.value[number]?.name
}
