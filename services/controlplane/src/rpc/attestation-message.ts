import type { MessageInitShape } from '@bufbuild/protobuf'
import { parseBundle } from '@chainloop/attestation/bundle/bundle'
import { envelopeJson } from '@chainloop/attestation/dsse/envelope'
import { decodeBase64 } from '@chainloop/attestation/json/base64'
import type {
  MaterialDescriptor,
  Predicate,
  PredicateEvaluation,
} from '@chainloop/attestation/predicate/predicate'
import { predicateEvaluations } from '@chainloop/attestation/predicate/predicate-evaluations'
import type {
  AttestationItem_MaterialSchema,
  AttestationItem_PolicyEvaluationStatusSchema,
  AttestationItemSchema,
  PolicyEvaluationSchema,
} from '@chainloop/proto/controlplane/v1/response_messages'

import type { RecordedEvaluations } from '../policies/policy-evaluation-repo.ts'
import type { PolicySummary } from '../runs/run.ts'
import type { ViewedAttestation } from '../runs/view-run.ts'
import { appliedExceptionMessage } from './policy-exception-message.ts'
import { policySummaryMessage } from './run-message.ts'
import { at } from './timestamp.ts'

type MaterialMessage = MessageInitShape<typeof AttestationItem_MaterialSchema>
type EvaluationMessage = MessageInitShape<typeof PolicyEvaluationSchema>

export function attestationMessage(
  { bundle, digest, fields, statement, replicated, policies }: ViewedAttestation,
  policy: PolicySummary | undefined,
): MessageInitShape<typeof AttestationItemSchema> {
  const { predicate } = statement
  const { envelope } = parseBundle(bundle)
  return {
    ...(envelope && { envelope: Buffer.from(JSON.stringify(envelopeJson(envelope))) }),
    bundle: new Uint8Array(bundle),
    digestInCasBackend: replicated ? digest : '',
    envVars: Object.entries(predicate.env ?? {})
      .map(([name, value]) => ({ name, value }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    materials: (predicate.materials ?? []).map(materialMessage),
    annotations: { ...predicate.annotations },
    ...policyMessages(policies),
    policyBypassRequested: predicate.policyBlockBypassEnabled,
    claimedPolicyEvaluations: evaluationMessages(predicate.policyEvaluations),
    policyEvaluationStatus: {
      strategy: predicate.policyCheckBlockingStrategy,
      ...(policy && policyStatusMessage(policy)),
    },
    fields: fields.map(({ field, source, verified, detail = '' }) => ({
      field,
      source,
      verified,
      detail,
    })),
  }
}

/** What the job says about its policies is in the bundle; here it is what the server found. */
function policyMessages(
  policies: RecordedEvaluations | undefined,
): Pick<
  MessageInitShape<typeof AttestationItemSchema>,
  'policyEvaluations' | 'policyDifferences' | 'policiesEvaluatedAt' | 'policyExceptions'
> {
  return {
    policyEvaluations: evaluationMessages(predicateEvaluations(policies?.evaluations ?? [])),
    policyDifferences: [...(policies?.differences ?? [])],
    ...at('policiesEvaluatedAt', policies?.evaluatedAt),
    policyExceptions: (policies?.exceptions ?? []).map(appliedExceptionMessage),
  }
}

function policyStatusMessage(
  policy: PolicySummary,
): Omit<MessageInitShape<typeof AttestationItem_PolicyEvaluationStatusSchema>, '$typeName'> {
  return {
    bypassed: policy.status === 'bypassed',
    blocked: policy.status === 'blocked',
    hasViolations: policy.violations > 0,
    hasGatedViolations: policy.status === 'blocked' && policy.violations > 0,
    summary: policySummaryMessage(policy),
  }
}

function materialMessage({
  name,
  digest,
  content,
  annotations,
}: MaterialDescriptor): MaterialMessage {
  const text = (key: string): string => String(annotations[`chainloop.material.${key}`] ?? '')
  const raw = content === undefined ? undefined : decodeBase64(content)
  const value = raw && utf8(raw)
  return {
    name: text('name'),
    filename: name ?? '',
    type: text('type'),
    tag: text('image.tag'),
    hash: `sha256:${digest['sha256'] ?? ''}`,
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([key, said]) => [key, String(said)]),
    ),
    uploadedToCas: annotations['chainloop.material.cas'] === true,
    embeddedInline: annotations['chainloop.material.cas.inline'] === true,
    ...(raw && { rawValue: raw }),
    ...(value !== undefined && { value }),
  }
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function evaluationMessages(
  evaluationsByMaterial: Predicate['policyEvaluations'] = {},
): Record<string, { evaluations: EvaluationMessage[] }> {
  return Object.fromEntries(
    Object.entries(evaluationsByMaterial).map(([material, evaluations]) => [
      material,
      { evaluations: evaluations.map(evaluationMessage) },
    ]),
  )
}

function evaluationMessage(evaluation: PredicateEvaluation): EvaluationMessage {
  const { description = '', sources = [], requirements = [], violations = [] } = evaluation
  const { materialName = '', skipped = false, skipReasons = [], gate = false } = evaluation
  return {
    name: evaluation.name,
    type: evaluation.type,
    description,
    materialName,
    skipped,
    gate,
    shadow: evaluation.shadow ?? false,
    annotations: { ...evaluation.annotations },
    with: { ...evaluation.with },
    sources: [...sources],
    requirements: [...requirements],
    skipReasons: [...skipReasons],
    violations: violations.map(({ subject, message }) => ({ subject, message })),
    ...referenceMessages(evaluation),
  }
}

function referenceMessages({
  policyReference,
  groupReference,
}: PredicateEvaluation): Pick<EvaluationMessage, 'policyReference' | 'groupReference'> {
  return {
    ...(policyReference && { policyReference: referenceMessage(policyReference) }),
    ...(groupReference && { groupReference: referenceMessage(groupReference) }),
  }
}

function referenceMessage(
  reference: NonNullable<PredicateEvaluation['policyReference']>,
): NonNullable<EvaluationMessage['policyReference']> {
  return {
    name: reference.name,
    uri: reference.uri ?? '',
    digest: { ...reference.digest },
    organization: reference.annotations.organization,
  }
}
