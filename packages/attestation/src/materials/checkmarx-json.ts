import { Misshapen, isPresent, member, optionalItemsAt, textAt } from '../json/shape.ts'
import { documentCrafter } from './read-document.ts'
import { scanTypesAnnotation } from './scan-types.ts'
import { toolAnnotations } from './tools.ts'

/** Results of Checkmarx One; `null` for none is what it writes. */
export const checkmarxJson = documentCrafter('CHECKMARX_JSON', (document) => {
  textAt(member(document, 'scanID'))
  const results = member(document, 'results')
  if (results.value === undefined) throw new Misshapen(results.path, 'is missing')
  const engines = optionalItemsAt(results).map((result) => {
    const data = member(result, 'data')
    if (!isPresent(data)) throw new Misshapen(data.path, 'is missing')
    return textAt(member(result, 'type'))
  })
  return {
    annotations: {
      ...toolAnnotations({ name: 'checkmarx', version: '' }),
      ...scanTypesAnnotation(engines),
    },
  }
})
