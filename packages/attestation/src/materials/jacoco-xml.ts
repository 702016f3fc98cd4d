import { InvalidMaterial } from './crafter.ts'
import type { Crafter } from './crafter.ts'
import { emptyFile } from './read-document.ts'
import { readXml } from './xml.ts'

/** A coverage report of JaCoCo: `report` with counters of its own, of instructions among them. */
export const jacocoXml: Crafter = {
  async inspect(evidence) {
    if (evidence.size === 0) throw emptyFile('JACOCO_XML', evidence)
    const refuse = (problem: string): never => {
      throw new InvalidMaterial('JACOCO_XML', `${evidence.name} is not JACOCO_XML: ${problem}`)
    }
    let countsInstructions = false
    await readXml('JACOCO_XML', evidence, ({ name, attributes, path }) => {
      if (path.length === 1 && name !== 'report') refuse(`its root is <${name}>, not <report>`)
      if (path.length === 2 && name === 'counter') {
        countsInstructions ||= attributes['type'] === 'INSTRUCTION'
        for (const count of ['missed', 'covered']) {
          if (!/^\d+$/.test(attributes[count] ?? ''))
            refuse(`a counter without a number in "${count}"`)
        }
      }
    })
    if (!countsInstructions) refuse('it has no counter of instructions')
    return { annotations: {} }
  },
}
