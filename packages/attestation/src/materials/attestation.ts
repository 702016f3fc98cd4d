import { Misshapen, itemsAt, member, objectAt, stringAt } from '../json/shape.ts'
import { PREDICATE_TYPE } from '../predicate/predicate.ts'
import { documentCrafter } from './read-document.ts'
import { signedStatement } from './signed-statement.ts'

/** An attestation of another run: a bundle or an envelope. That it is one of ours, the control plane checks. */
export const attestation = documentCrafter('ATTESTATION', (document) => {
  const { statement, defects } = signedStatement(document, { bundleOnly: false })
  const type = member(statement, 'predicateType')
  if (stringAt(type) !== PREDICATE_TYPE) {
    throw new Misshapen(type.path, `is ${JSON.stringify(type.value)}, not "${PREDICATE_TYPE}"`)
  }
  objectAt(member(statement, 'predicate'))
  itemsAt(member(statement, 'subject')).forEach(objectAt)
  return { annotations: {}, defects }
})
