import type { Material } from '@chainloop/attestation/materials/material'
import type { AttestationStatus } from '@chainloop/sdk/attestation/status'

/**
 * The status as pipelines written for Chainloop read it: keys and their casing are part of the interface.
 * `outstanding` is ours: one sentence for each thing that is missing.
 */
export interface StatusJson {
  readonly attestationID: string
  readonly initializedAt: Date
  readonly workflowMeta: {
    readonly WorkflowID: string
    readonly Name: string
    readonly Team: string
    readonly Project: string
    readonly ContractRevision: string
    readonly ContractName: string
    readonly Organization: string
    readonly ProjectVersion: {
      readonly version: string
      readonly prerelease: boolean
      readonly markAsRelease: boolean
    }
  }
  readonly materials: readonly MaterialJson[]
  readonly envVars: Readonly<Record<string, string>>
  readonly runnerContext: {
    readonly EnvVars: Readonly<Record<string, string>>
    readonly JobURL: string
    readonly RunnerType: string
  }
  readonly dryRun: boolean
  readonly annotations: readonly { readonly name: string; readonly value: string }[]
  readonly isPushed: boolean
  readonly policy_evaluations: Readonly<Record<string, readonly unknown[]>>
  readonly has_policy_violations: boolean
  readonly must_block_on_policy_violations: boolean
  readonly timestamp_authority: string
  readonly attestation_view_url: string
  readonly digest: string
  readonly outstanding: readonly string[]
}

export interface MaterialJson {
  readonly name: string
  readonly value: string
  readonly hash: string
  readonly tag: string
  readonly filename: string
  readonly type: string
  readonly annotations: readonly { readonly name: string; readonly value: string }[]
  readonly Set: boolean
  readonly IsOutput: boolean
  readonly Required: boolean
  readonly SkipUpload: boolean
  readonly group: string
}

type State = AttestationStatus['session']['state']

export function statusJson({ session, outstanding }: AttestationStatus, digest = ''): StatusJson {
  const { state, dashboardUrl } = session
  const { workflow, runner, signing } = state
  const evaluations = Object.groupBy(
    state.policyEvaluations,
    ({ materialName = 'CHAINLOOP.ATTESTATION' }) => materialName,
  )
  return {
    attestationID: workflow.runId,
    initializedAt: state.initializedAt,
    workflowMeta: workflowMeta(state),
    materials: materialsJson(state),
    envVars: state.env,
    runnerContext: { EnvVars: {}, JobURL: runner.url, RunnerType: runner.type },
    dryRun: state.dryRun,
    annotations: annotationsJson(state),
    isPushed: digest !== '',
    policy_evaluations: Object.fromEntries(
      Object.entries(evaluations).map(([name, list]) => [name, list ?? []]),
    ),
    has_policy_violations: state.policyEvaluations.some(({ violations }) => violations.length > 0),
    must_block_on_policy_violations: state.blockOnPolicyViolation,
    timestamp_authority: signing.timestampAuthorityUrl,
    attestation_view_url:
      digest === '' || dashboardUrl === ''
        ? ''
        : `${dashboardUrl}/u/${workflow.organization}/workflow-runs/${digest}`,
    digest,
    outstanding,
  }
}

function workflowMeta({ workflow }: State): StatusJson['workflowMeta'] {
  const { version, prerelease, markAsReleased } = workflow.version
  return {
    WorkflowID: workflow.id,
    Name: workflow.name,
    Team: workflow.team,
    Project: workflow.project,
    ContractRevision: String(workflow.contractRevision),
    ContractName: workflow.contractName,
    Organization: workflow.organization,
    ProjectVersion: { version, prerelease, markAsRelease: markAsReleased },
  }
}

/** Those of the contract with the ones that were added to them, then what the contract does not know. */
function materialsJson(state: State): readonly MaterialJson[] {
  const { materials: required } = state.contract.spec
  const known = new Set(required.map(({ name }) => name))
  const expected = required.map((one) => {
    const added = state.materials.find(({ name }) => name === one.name)
    return {
      ...(added ? materialJson(added) : blank(one.name, one.type)),
      annotations: pairs({
        ...Object.fromEntries(one.annotations.map(({ name, value }) => [name, value])),
        ...added?.annotations,
      }),
      IsOutput: one.output,
      Required: !one.optional && one.group === '',
      SkipUpload: one.skipUpload,
      group: one.group,
    }
  })
  const others = state.materials.filter(({ name }) => !known.has(name))
  return [...expected, ...others.map(materialJson)]
}

export function materialJson(material: Material): MaterialJson {
  const { what } = material
  return {
    ...blank(material.name, material.kind),
    value: valueOf(material),
    hash: material.digest,
    tag: what.type === 'image' ? (what.image.tag ?? '') : '',
    filename: what.type === 'file' ? what.filename : '',
    annotations: pairs(material.annotations),
    Set: true,
    IsOutput: material.output,
    Required: material.required,
  }
}

function valueOf({ what }: Material): string {
  if (what.type === 'string') return what.value
  return what.type === 'image' ? what.image.repository : what.filename
}

function blank(name: string, type: string): MaterialJson {
  return {
    name,
    value: '',
    hash: '',
    tag: '',
    filename: '',
    type,
    annotations: [],
    Set: false,
    IsOutput: false,
    Required: false,
    SkipUpload: false,
    group: '',
  }
}

function annotationsJson({ contract, annotations }: State): StatusJson['annotations'] {
  return pairs({
    ...Object.fromEntries(contract.spec.annotations.map(({ name, value }) => [name, value])),
    ...annotations,
  })
}

function pairs(values: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }))
}
