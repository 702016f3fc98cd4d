import { itemsAt, member, objectAt, textAt } from '../json/shape.ts'
import { documentCrafter } from './read-document.ts'
import { toolAnnotations } from './tools.ts'

/** A baseline of https://github.com/Yelp/detect-secrets. */
export const detectSecretsBaseline = documentCrafter('YELP_DETECT_SECRETS_BASELINE', (document) => {
  const version = textAt(member(document, 'version'))
  itemsAt(member(document, 'plugins_used')).forEach(objectAt)
  objectAt(member(document, 'results'))
  return { annotations: toolAnnotations({ name: 'detect-secrets', version }) }
})
