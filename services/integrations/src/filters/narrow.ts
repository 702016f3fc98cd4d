import {
  type FilterSettings,
  filterSettings,
  templatePrefix,
} from '@chainloop/plugin-sdk/attachment-settings'
import type { DeliveredAttestation, DeliveredMaterial } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import { settingsOf } from '@chainloop/plugin-sdk/settings'

import type { Evaluator } from './evaluator.ts'
import { factsOf } from './facts.ts'
import { hasPairs, matchesAny } from './patterns.ts'

export interface Narrowing {
  readonly attachment: Readonly<Record<string, unknown>>
  readonly attestation: DeliveredAttestation
  /** Of every kind. */
  readonly materials: readonly DeliveredMaterial[]
}

export type Narrowed =
  | { readonly skipped: string }
  | {
      readonly skipped: undefined
      readonly materials: readonly DeliveredMaterial[]
      readonly texts: Readonly<Record<string, string>>
    }

/**
 * What of an attestation the attachment wants. Throws a `DeliveryError`: permanent where a filter or template has no value,
 * throttled while the policies that it asks about are being evaluated.
 */
export async function narrow(evaluator: Evaluator, given: Narrowing): Promise<Narrowed> {
  const filters = settingsOf(filterSettings, given.attachment)
  const { attestation } = given
  const templates = templatesOf(given.attachment)
  const expressions = [filters.filter_expression ?? '', ...Object.values(templates)]
  const asksPolicies =
    filters.filter_policy_status !== undefined ||
    expressions.some((one) => /\bpolicies\b/.test(one))
  if (asksPolicies && attestation.policies.status === 'evaluating') {
    throw new DeliveryError('throttled', 'the policies of the run are still being evaluated', {
      retryAfterMs: 5_000,
    })
  }
  const skipped = mismatch(filters, attestation)
  if (skipped !== undefined) return { skipped }
  const materials = given.materials.filter((material) => isWanted(filters, material))
  if (materials.length === 0 && filtersMaterials(filters)) {
    return { skipped: 'no material passes filter_materials and filter_material_annotations' }
  }
  if (expressions.every((expression) => expression === '')) {
    return { skipped: undefined, materials, texts: {} }
  }
  const { holds, texts } = await evaluator.evaluate({
    filter: filters.filter_expression,
    templates,
    facts: factsOf(attestation, materials),
  })
  return holds
    ? { skipped: undefined, materials, texts }
    : { skipped: 'filter_expression is false for this attestation' }
}

/** Throws a permanent `DeliveryError` for expressions that can never have a value. */
export async function checkExpressions(
  evaluator: Evaluator,
  attachment: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { filter_expression: filter } = settingsOf(filterSettings, attachment)
  const templates = templatesOf(attachment)
  if (filter === undefined && Object.keys(templates).length === 0) return
  await evaluator.evaluate({ filter, templates, facts: undefined })
}

function templatesOf(attachment: Narrowing['attachment']): Record<string, string> {
  const templates: Record<string, string> = {}
  for (const [name, value] of Object.entries(attachment)) {
    if (name.startsWith(templatePrefix) && typeof value === 'string') {
      templates[name.slice(templatePrefix.length)] = value
    }
  }
  return templates
}

/** The first filter that the attestation does not pass, in words. */
function mismatch(
  filters: FilterSettings,
  { project, annotations, policies }: DeliveredAttestation,
): string | undefined {
  const { filter_project, filter_version, filter_annotations, filter_policy_status } = filters
  if (filter_project !== undefined && !matchesAny(filter_project, project.name)) {
    return `project ${project.name} is not in filter_project`
  }
  if (filter_version !== undefined && !matchesAny(filter_version, project.version)) {
    return `version ${project.version} is not in filter_version`
  }
  if (filter_annotations !== undefined && !hasPairs(filter_annotations, annotations)) {
    return 'the annotations are not those of filter_annotations'
  }
  if (filter_policy_status !== undefined && !matchesAny(filter_policy_status, policies.status)) {
    return `policy status ${policies.status} is not in filter_policy_status`
  }
  return undefined
}

function isWanted(filters: FilterSettings, { kind, annotations }: DeliveredMaterial): boolean {
  const { filter_materials, filter_material_annotations } = filters
  return (
    (filter_materials === undefined || matchesAny(filter_materials, kind)) &&
    (filter_material_annotations === undefined ||
      hasPairs(filter_material_annotations, annotations))
  )
}

function filtersMaterials(filters: FilterSettings): boolean {
  return filters.filter_materials !== undefined || filters.filter_material_annotations !== undefined
}
