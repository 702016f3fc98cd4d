import { VERSION } from '@chainloop/sdk/version'

import type { ReportedResult } from './report.ts'

/** SARIF 2.1.0, as code scanning reads it: one run, one rule for each policy. */
export function sarifJson(results: readonly ReportedResult[]): string {
  const rules = [...new Set(results.map(({ rule }) => rule))]
  const driver = {
    name: 'chainloop',
    version: VERSION,
    rules: rules.map((id) => ({ id, shortDescription: { text: id } })),
  }
  const run = {
    tool: { driver },
    columnKind: 'unicodeCodePoints',
    results: results.map((result) => ({
      ruleId: result.rule,
      ruleIndex: rules.indexOf(result.rule),
      level: result.level,
      message: { text: messageOf(result) },
      locations: locationsOf(result),
    })),
  }
  const schema = 'https://json.schemastore.org/sarif-2.1.0.json'
  return `${JSON.stringify({ $schema: schema, version: '2.1.0', runs: [run] }, null, 2)}\n`
}

function messageOf({ message, fix }: ReportedResult): string {
  return fix === undefined ? message : `${message}\nFix: ${fix}`
}

/** Code scanning refuses a result without a place: what has none is about the whole. */
function locationsOf({ file, row = 1, column = 1 }: ReportedResult): readonly object[] {
  const uri = (file ?? '.').replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
  const region = { startLine: row, startColumn: column }
  return [{ physicalLocation: { artifactLocation: { uri }, region } }]
}
