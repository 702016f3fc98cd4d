import { InvalidJson, parseJson } from '../json/parse-json.ts'
import {
  assertOnly,
  itemsAt,
  member,
  Misshapen,
  objectAt,
  optional,
  optionalItemsAt,
  root,
  stringMapAt,
  textAt,
} from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { STATEMENT_TYPE } from '../predicate/predicate.ts'
import { exactly } from '../predicate/statement-fields.ts'
import { EVIDENCE, PROVENANCE_TYPE, WORKFLOW_RUN_BUILD_TYPE } from './slsa.ts'

/** In-toto ResourceDescriptor, as far as provenances of this build type use it. */
export interface ResourceDescriptor {
  readonly name?: string
  readonly uri?: string
  /** Algorithm to lower-case hex: `sha256`, `gitCommit`. */
  readonly digest: Readonly<Record<string, string>>
  readonly mediaType?: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** Everything that decides what a run makes and that is not the platform's own. */
export interface ExternalParameters {
  readonly workflow: {
    readonly organization: string
    readonly project: string
    readonly name: string
  }
  readonly projectVersion: string
  readonly contract: { readonly name: string; readonly revision: number; readonly digest: string }
  /** From verified claims, and absent without them. */
  readonly source?: VerifiedSource
}

export interface VerifiedSource {
  readonly repository?: string
  readonly ref?: string
  readonly commit?: string
  /** The workflow definition with its ref, and the commit that it was taken from. */
  readonly workflow?: string
  readonly workflowCommit?: string
  readonly trigger?: string
}

export interface Provenance {
  readonly subjects: readonly ResourceDescriptor[]
  readonly externalParameters: ExternalParameters
  readonly builderId: string
  readonly resolvedDependencies: readonly ResourceDescriptor[]
  /** URI of the run. */
  readonly invocationId: string
}

/** The bytes are no provenance of a workflow run. The message names the field. */
export class InvalidProvenance extends Error {
  override readonly name = 'InvalidProvenance'
}

/**
 * Reads a statement of this build type. External parameters that nobody knows are refused: they could have decided
 * about the build (https://slsa.dev/spec/v1.1/verifying-artifacts).
 */
export function parseProvenance(bytes: Uint8Array): Provenance {
  try {
    return provenanceAt(root(parseJson(bytes)))
  } catch (cause) {
    if (cause instanceof Misshapen || cause instanceof InvalidJson) {
      throw new InvalidProvenance(`not a provenance of a workflow run: ${cause.message}`, { cause })
    }
    throw cause
  }
}

function provenanceAt(place: Place): Provenance {
  exactly(member(place, '_type'), STATEMENT_TYPE)
  exactly(member(place, 'predicateType'), PROVENANCE_TYPE)
  const definition = member(member(place, 'predicate'), 'buildDefinition')
  const details = member(member(place, 'predicate'), 'runDetails')
  exactly(member(definition, 'buildType'), WORKFLOW_RUN_BUILD_TYPE)
  const subjects = itemsAt(member(place, 'subject')).map(descriptorAt)
  if (subjects.length === 0) throw new Misshapen('subject', 'is empty')
  return {
    subjects,
    externalParameters: parametersAt(member(definition, 'externalParameters')),
    resolvedDependencies: optionalItemsAt(member(definition, 'resolvedDependencies')).map(
      descriptorAt,
    ),
    builderId: textAt(member(member(details, 'builder'), 'id')),
    invocationId: textAt(member(member(details, 'metadata'), 'invocationId')),
  }
}

function parametersAt(place: Place): ExternalParameters {
  assertOnly(place, ['workflow', 'projectVersion', 'contract', 'source'])
  const [workflow, contract] = [member(place, 'workflow'), member(place, 'contract')]
  assertOnly(workflow, ['organization', 'project', 'name'])
  assertOnly(contract, ['name', 'revision', 'digest'])
  const revision = member(contract, 'revision')
  if (typeof revision.value !== 'number') throw new Misshapen(revision.path, 'is not a number')
  const source = optional(member(place, 'source'), sourceAt)
  return {
    workflow: {
      organization: textAt(member(workflow, 'organization')),
      project: textAt(member(workflow, 'project')),
      name: textAt(member(workflow, 'name')),
    },
    projectVersion: textAt(member(place, 'projectVersion')),
    contract: {
      name: textAt(member(contract, 'name')),
      revision: revision.value,
      digest: textAt(member(contract, 'digest')),
    },
    ...(source && { source }),
  }
}

function sourceAt(place: Place): VerifiedSource {
  assertOnly(place, ['repository', 'ref', 'commit', 'workflow', 'workflowCommit', 'trigger'])
  return stringMapAt(place)
}

function descriptorAt(place: Place): ResourceDescriptor {
  objectAt(place)
  const name = optional(member(place, 'name'), textAt)
  const uri = optional(member(place, 'uri'), textAt)
  const annotations = optional(member(place, 'annotations'), stringMapAt)
  return {
    digest: stringMapAt(member(place, 'digest')),
    ...(name !== undefined && { name }),
    ...(uri !== undefined && { uri }),
    ...(annotations && { annotations }),
  }
}

/** The commit that was built, and whether the platform vouches for it; undefined: nobody says it. */
export function commitOf({
  resolvedDependencies,
}: Pick<Provenance, 'resolvedDependencies'>):
  | { readonly commit: string; readonly verified: boolean }
  | undefined {
  for (const { digest, annotations } of resolvedDependencies) {
    const commit = digest['gitCommit']
    if (commit !== undefined) return { commit, verified: annotations?.[EVIDENCE] === 'verified' }
  }
  return undefined
}
