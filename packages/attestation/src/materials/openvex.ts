import { Misshapen, itemsAt, member, objectAt, stringAt, textAt } from '../json/shape.ts'
import { documentCrafter } from './read-document.ts'

/** https://github.com/openvex/spec: the mandatory fields of a document. */
export const openvex = documentCrafter('OPENVEX', (document) => {
  const context = member(document, '@context')
  if (!stringAt(context).startsWith('https://openvex.dev/ns')) {
    throw new Misshapen(context.path, 'is not that of OpenVEX')
  }
  textAt(member(document, '@id'))
  textAt(member(document, 'author'))
  itemsAt(member(document, 'statements')).forEach(objectAt)
  return { annotations: {} }
})
