import { parseJson } from '../json/parse-json.ts'
import { Misshapen, member, root, stringAt } from '../json/shape.ts'
import { archiveFormat, readArchive } from './archive.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Crafter } from './crafter.ts'
import { emptyFile, refusing } from './read-document.ts'

const REPORT = 'report_json.json'

/** The archive that ZAP's scan action leaves, with its report in JSON. */
export const zapDastZip: Crafter = {
  async inspect(evidence, options) {
    if (evidence.size === 0) throw emptyFile('ZAP_DAST_ZIP', evidence)
    const refuse = (problem: string): never => {
      throw new InvalidMaterial('ZAP_DAST_ZIP', `${evidence.name} is not ZAP_DAST_ZIP: ${problem}`)
    }
    const format = await archiveFormat(evidence)
    if (format !== 'zip') return refuse('it is not a zip archive')

    let reports = 0
    await refusing('ZAP_DAST_ZIP', evidence, () =>
      readArchive('ZAP_DAST_ZIP', evidence, {
        ...options,
        format,
        wants: (path) => path === REPORT,
        async visit({ bytes }) {
          reports += 1
          const program = member(
            root(parseJson(Buffer.concat(await Array.fromAsync(bytes)))),
            '@programName',
          )
          if (stringAt(program) !== 'ZAP')
            throw new Misshapen(`${REPORT}: ${program.path}`, 'is not "ZAP"')
        },
      }),
    )
    if (reports === 0) refuse(`it has no ${REPORT}`)
    return { annotations: {} }
  },
}
