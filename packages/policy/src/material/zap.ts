import { decodeUtf8 } from '@chainloop/attestation/json/parse-json'
import { archiveFormat, readArchive } from '@chainloop/attestation/materials/archive'
import { InvalidMaterial } from '@chainloop/attestation/materials/crafter'
import { parseJson } from '@chainloop/rego/values/parse-json'
import type { Value } from '@chainloop/rego/values/value'

import type { MaterialReader } from './read-material.ts'

const REPORT = 'report_json.json'

/** The report in JSON that the archive of ZAP's scan action holds. */
export const readZap: MaterialReader = async (evidence, { maxDocumentBytes }) => {
  const format = await archiveFormat(evidence)
  let report: Value | undefined
  if (format !== undefined) {
    await readArchive('ZAP_DAST_ZIP', evidence, {
      archiveLimits: { bytes: maxDocumentBytes },
      format,
      wants: (path) => path === REPORT,
      visit: async ({ bytes }) => {
        report = parseJson(decodeUtf8(Buffer.concat(await Array.fromAsync(bytes))))
      },
    })
  }
  if (report === undefined) throw new InvalidMaterial('ZAP_DAST_ZIP', `there is no ${REPORT}`)
  return report
}
