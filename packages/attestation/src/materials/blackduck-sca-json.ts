import { Misshapen, isPresent, member } from '../json/shape.ts'
import { documentCrafter } from './read-document.ts'

const SECTIONS = [
  'detailedVulnerabilities',
  'detailedProjectVersionCustomFields',
  'detailedCodeLocations',
]

/** The project report of Black Duck SCA: known by the sections that it always has. */
export const blackduckScaJson = documentCrafter('BLACKDUCK_SCA_JSON', (document) => {
  for (const name of SECTIONS) {
    const section = member(document, name)
    if (!isPresent(section)) throw new Misshapen(section.path, 'is missing')
  }
  return { annotations: {} }
})
