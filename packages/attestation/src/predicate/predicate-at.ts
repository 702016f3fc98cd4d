import { decodeBase64 } from '../json/base64.ts'
import {
  Misshapen,
  assertOnly,
  booleanAt,
  countAt,
  itemsAt,
  member,
  objectAt,
  stringAt,
  stringMapAt,
  textAt,
} from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { evaluationsAt } from './evaluations-at.ts'
import { BUILD_TYPE } from './predicate.ts'
import type {
  MaterialDescriptor,
  PolicyEvaluationsRef,
  Predicate,
  PredicateCasBackend,
  PredicateMetadata,
} from './predicate.ts'
import { digestSetAt, exactly, maybe } from './statement-fields.ts'

/** Every field of the predicate; what is not here is refused. */
export function predicateAt(place: Place): Predicate {
  assertOnly(place, PREDICATE_FIELDS)
  return {
    buildType: exactly(member(place, 'buildType'), BUILD_TYPE),
    builder: builderAt(member(place, 'builder')),
    metadata: metadataAt(member(place, 'metadata')),
    ...runAt(place),
    ...maybe(place, 'annotations', stringMapAt),
    ...maybe(place, 'auth', authAt),
    ...maybe(place, 'casBackend', casBackendAt),
    ...maybe(place, 'materials', materialsAt),
    ...maybe(place, 'policyEvaluations', evaluationsAt),
    ...maybe(place, 'policyEvaluationsRef', evaluationsRefAt),
    ...policyTotalsAt(place),
    ...maybe(place, 'signingCA', stringAt),
    ...maybe(place, 'signingTSA', stringAt),
  }
}

const PREDICATE_FIELDS: readonly (keyof Predicate)[] = [
  'buildType',
  'builder',
  'metadata',
  'env',
  'runnerType',
  'runnerURL',
  'runnerEnvironment',
  'runnerAuthenticated',
  'runnerWorkflowFilePath',
  'annotations',
  'auth',
  'casBackend',
  'materials',
  'policyEvaluations',
  'policyEvaluationsRef',
  'policyHasViolations',
  'policyEvaluationsCount',
  'policyViolationsCount',
  'policySkippedCount',
  'policyPassedCount',
  'policySuppressedCount',
  'policyHasGatedViolations',
  'policyHasGates',
  'policyCheckBlockingStrategy',
  'policyBlockBypassEnabled',
  'policyAttBlocked',
  'signingCA',
  'signingTSA',
]

function builderAt(place: Place): Predicate['builder'] {
  assertOnly(place, ['id'])
  return { id: textAt(member(place, 'id')) }
}

const METADATA_TEXTS = [
  'name',
  'workflowName',
  'project',
  'team',
  'projectVersion',
  'organization',
  'workflowID',
  'workflowRunID',
  'contractName',
  'contractVersion',
  'initializedAt',
  'finishedAt',
] as const satisfies readonly (keyof PredicateMetadata)[]

function metadataAt(place: Place): PredicateMetadata {
  assertOnly(place, [...METADATA_TEXTS, 'projectVersionPrerelease'])
  const text = (name: (typeof METADATA_TEXTS)[number]): string => stringAt(member(place, name))
  return {
    name: text('name'),
    workflowName: text('workflowName'),
    project: text('project'),
    team: text('team'),
    projectVersion: text('projectVersion'),
    projectVersionPrerelease: booleanAt(member(place, 'projectVersionPrerelease')),
    organization: text('organization'),
    workflowID: text('workflowID'),
    workflowRunID: text('workflowRunID'),
    contractName: text('contractName'),
    contractVersion: text('contractVersion'),
    initializedAt: text('initializedAt'),
    finishedAt: text('finishedAt'),
  }
}

function runAt(place: Place): Pick<Predicate, 'runnerType'> & Partial<Predicate> {
  return {
    ...maybe(place, 'env', stringMapAt),
    runnerType: stringAt(member(place, 'runnerType')),
    ...maybe(place, 'runnerURL', stringAt),
    ...maybe(place, 'runnerEnvironment', stringAt),
    ...maybe(place, 'runnerAuthenticated', booleanAt),
    ...maybe(place, 'runnerWorkflowFilePath', stringAt),
  }
}

function authAt(place: Place): { id: string; type: string } {
  assertOnly(place, ['id', 'type'])
  return { id: stringAt(member(place, 'id')), type: stringAt(member(place, 'type')) }
}

function casBackendAt(place: Place): PredicateCasBackend {
  assertOnly(place, ['casBackendID', 'casBackendName', 'fallback'])
  return {
    casBackendID: stringAt(member(place, 'casBackendID')),
    casBackendName: stringAt(member(place, 'casBackendName')),
    fallback: booleanAt(member(place, 'fallback')),
  }
}

function materialsAt(place: Place): MaterialDescriptor[] {
  const materials = itemsAt(place).map(materialAt)
  const names = materials.map(({ annotations }) => annotations[NAME])
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) throw new Misshapen(place.path, `has two materials named ${twice}`)
  return materials
}

const NAME = 'chainloop.material.name'
const KIND = 'chainloop.material.type'

function materialAt(place: Place): MaterialDescriptor {
  assertOnly(place, ['name', 'digest', 'content', 'annotations'])
  const annotations = member(place, 'annotations')
  textAt(member(annotations, NAME))
  textAt(member(annotations, KIND))
  return {
    ...maybe(place, 'name', stringAt),
    digest: digestSetAt(member(place, 'digest')),
    ...maybe(place, 'content', contentAt),
    annotations: annotationsAt(annotations),
  }
}

function contentAt(place: Place): string {
  const content = stringAt(place)
  if (!decodeBase64(content)) throw new Misshapen(place.path, 'is not standard base64')
  return content
}

function annotationsAt(place: Place): Record<string, string | boolean> {
  const entries = Object.entries(objectAt(place))
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (typeof value === 'boolean' || typeof value === 'string') return [name, value]
      throw new Misshapen(`${place.path}.${name}`, 'is neither a string nor true or false')
    }),
  )
}

function evaluationsRefAt(place: Place): PolicyEvaluationsRef {
  assertOnly(place, ['name', 'digest', 'media_type'])
  return {
    name: textAt(member(place, 'name')),
    digest: digestSetAt(member(place, 'digest')),
    media_type: textAt(member(place, 'media_type')),
  }
}

type PolicyTotals = Pick<Predicate, Extract<keyof Predicate, `policy${string}`>>

function policyTotalsAt(place: Place): PolicyTotals {
  return {
    policyHasViolations: booleanAt(member(place, 'policyHasViolations')),
    policyEvaluationsCount: countAt(member(place, 'policyEvaluationsCount')),
    policyViolationsCount: countAt(member(place, 'policyViolationsCount')),
    ...maybe(place, 'policySkippedCount', countAt),
    ...maybe(place, 'policyPassedCount', countAt),
    ...maybe(place, 'policySuppressedCount', countAt),
    ...maybe(place, 'policyHasGatedViolations', booleanAt),
    ...maybe(place, 'policyHasGates', booleanAt),
    policyCheckBlockingStrategy: strategyAt(member(place, 'policyCheckBlockingStrategy')),
    policyBlockBypassEnabled: booleanAt(member(place, 'policyBlockBypassEnabled')),
    policyAttBlocked: booleanAt(member(place, 'policyAttBlocked')),
  }
}

function strategyAt(place: Place): Predicate['policyCheckBlockingStrategy'] {
  const value = stringAt(place)
  if (value === 'ADVISORY' || value === 'ENFORCED') return value
  throw new Misshapen(place.path, 'is neither ADVISORY nor ENFORCED')
}
