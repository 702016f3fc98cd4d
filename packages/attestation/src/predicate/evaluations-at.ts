import {
  booleanAt,
  itemsAt,
  member,
  objectAt,
  optional,
  stringAt,
  stringMapAt,
  textAt,
} from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import type { PredicateEvaluation, PredicatePolicyReference } from './predicate.ts'
import { digestSetAt, maybe } from './statement-fields.ts'

type Evaluations = Readonly<Record<string, readonly PredicateEvaluation[]>>

/** What a client says its policies found. Fields that we do not know are left out: it is a claim either way. */
export function evaluationsAt(place: Place): Evaluations {
  const names = Object.keys(objectAt(place))
  return Object.fromEntries(
    names.map((name) => [name, itemsAt(member(place, name)).map(evaluationAt)]),
  )
}

function evaluationAt(place: Place): PredicateEvaluation {
  return {
    name: textAt(member(place, 'name')),
    type: optional(member(place, 'type'), stringAt) ?? '',
    ...maybe(place, 'materialName', stringAt),
    ...maybe(place, 'description', stringAt),
    ...maybe(place, 'annotations', stringMapAt),
    ...maybe(place, 'sources', stringsAt),
    ...maybe(place, 'with', stringMapAt),
    ...maybe(place, 'requirements', stringsAt),
    ...maybe(place, 'violations', violationsAt),
    ...maybe(place, 'skipped', booleanAt),
    ...maybe(place, 'skipReasons', stringsAt),
    ...maybe(place, 'gate', booleanAt),
    ...maybe(place, 'shadow', booleanAt),
    ...maybe(place, 'policyReference', referenceAt),
    ...maybe(place, 'groupReference', referenceAt),
  }
}

function stringsAt(place: Place): string[] {
  return itemsAt(place).map(stringAt)
}

function violationsAt(place: Place): { subject: string; message: string }[] {
  return itemsAt(place).map((violation) => ({
    subject: stringAt(member(violation, 'subject')),
    message: stringAt(member(violation, 'message')),
  }))
}

function referenceAt(place: Place): PredicatePolicyReference {
  const annotations = optional(member(place, 'annotations'), stringMapAt) ?? {}
  return {
    name: stringAt(member(place, 'name')),
    ...maybe(place, 'uri', stringAt),
    ...maybe(place, 'digest', digestSetAt),
    annotations: {
      name: annotations['name'] ?? '',
      organization: annotations['organization'] ?? '',
    },
  }
}
