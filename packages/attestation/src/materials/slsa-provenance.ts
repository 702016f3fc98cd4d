import { Misshapen, itemsAt, member, objectAt, stringAt } from '../json/shape.ts'
import { PROVENANCE_TYPE } from '../provenance/slsa.ts'
import { documentCrafter } from './read-document.ts'
import { signedStatement } from './signed-statement.ts'

/** A Sigstore bundle of a provenance; https://slsa.dev/spec/v1.0/provenance. Its signature is not verified here. */
export const slsaProvenance = documentCrafter('SLSA_PROVENANCE', (document) => {
  const { statement, defects } = signedStatement(document, { bundleOnly: true })
  const type = member(statement, 'predicateType')
  if (stringAt(type) !== PROVENANCE_TYPE) {
    throw new Misshapen(type.path, `is ${JSON.stringify(type.value)}, not "${PROVENANCE_TYPE}"`)
  }
  const predicate = member(statement, 'predicate')
  objectAt(member(predicate, 'buildDefinition'))
  objectAt(member(predicate, 'runDetails'))
  itemsAt(member(statement, 'subject')).forEach(objectAt)
  return { annotations: {}, defects }
})
