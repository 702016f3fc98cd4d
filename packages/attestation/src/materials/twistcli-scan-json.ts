import { itemsAt, member, objectAt, textAt } from '../json/shape.ts'
import { documentCrafter } from './read-document.ts'

/** A scan by Prisma Cloud's twistcli. */
export const twistcliScanJson = documentCrafter('TWISTCLI_SCAN_JSON', (document) => {
  textAt(member(document, 'consoleURL'))
  itemsAt(member(document, 'results')).forEach(objectAt)
  return { annotations: {} }
})
