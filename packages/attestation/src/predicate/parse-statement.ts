import { InvalidJson, parseJson } from '../json/parse-json.ts'
import { Misshapen, assertOnly, itemsAt, member, objectAt, root, textAt } from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { predicateAt } from './predicate-at.ts'
import { PREDICATE_TYPE, STATEMENT_TYPE } from './predicate.ts'
import type { Statement, Subject } from './predicate.ts'
import { digestSetAt, exactly, maybe } from './statement-fields.ts'

/** The bytes are not a statement of ours. The message names the field. */
export class InvalidStatement extends Error {
  override readonly name = 'InvalidStatement'
}

/**
 * Reads exactly what `renderStatement` and the clients before it write: unknown fields, duplicate keys, two materials
 * of one name and digests that are none are refused, so that nothing is signed that nobody looks at.
 */
export function parseStatement(bytes: Uint8Array): Statement {
  try {
    return statementAt(root(parseJson(bytes)))
  } catch (cause) {
    if (cause instanceof Misshapen || cause instanceof InvalidJson) {
      throw new InvalidStatement(`not an attestation statement: ${cause.message}`, { cause })
    }
    throw cause
  }
}

function statementAt(place: Place): Statement {
  assertOnly(place, ['_type', 'predicateType', 'subject', 'predicate'])
  return {
    _type: exactly(member(place, '_type'), STATEMENT_TYPE),
    predicateType: exactly(member(place, 'predicateType'), PREDICATE_TYPE),
    subject: itemsAt(member(place, 'subject')).map(subjectAt),
    predicate: predicateAt(member(place, 'predicate')),
  }
}

function subjectAt(place: Place): Subject {
  assertOnly(place, ['name', 'digest', 'annotations'])
  return {
    name: textAt(member(place, 'name')),
    digest: digestSetAt(member(place, 'digest')),
    ...maybe(place, 'annotations', objectAt),
  }
}
