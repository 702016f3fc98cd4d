import { InvalidMaterial } from './crafter.ts'
import type { Crafter } from './crafter.ts'
import { emptyFile } from './read-document.ts'
import { readXml } from './xml.ts'

/** A coverage report in the format of Cobertura. A rate of `NaN`, of nothing to cover, is what tools write. */
export const coberturaXml: Crafter = {
  async inspect(evidence) {
    if (evidence.size === 0) throw emptyFile('COBERTURA_XML', evidence)
    const refuse = (problem: string): never => {
      throw new InvalidMaterial(
        'COBERTURA_XML',
        `${evidence.name} is not COBERTURA_XML: ${problem}`,
      )
    }
    let lineRate = Number.NaN
    let packages = 0
    await readXml('COBERTURA_XML', evidence, ({ name, attributes, path }) => {
      if (path.length === 1) {
        if (name !== 'coverage') refuse(`its root is <${name}>, not <coverage>`)
        lineRate = rateOf(attributes['line-rate']) ?? refuse('its line-rate is not a rate')
      }
      if (name === 'package') packages += 1
    })
    if (lineRate === 0 && packages === 0) refuse('it covers nothing')
    return { annotations: {} }
  },
}

function rateOf(text: string | undefined): number | undefined {
  if (text === 'NaN') return Number.NaN
  const rate = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
  return rate >= 0 && rate <= 1 ? rate : undefined
}
