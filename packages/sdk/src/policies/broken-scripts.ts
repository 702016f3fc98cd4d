import type { JsonObject } from '@chainloop/attestation/json/json-value'
import { parsePolicy, parsePolicyGroup } from '@chainloop/policy/documents/parse-policy'
import { policiesOf, type Policy } from '@chainloop/policy/documents/policy'
import { LANGUAGES, languageOf } from '@chainloop/policy/languages/languages'
import { InvalidScript, UnknownFunction } from '@chainloop/policy/languages/script-language'

/** What is wrong with the scripts that a policy or group contains. Those of policies that it names are not here. */
export async function brokenScripts(document: Uint8Array, kind: string): Promise<string[]> {
  const policies = kind === 'group' ? embeddedIn(document) : [parsePolicy(document)]
  const problems: string[] = []
  for (const policy of policies) problems.push(...(await brokenIn(policy)))
  return problems
}

function embeddedIn(document: Uint8Array): Policy[] {
  return policiesOf(parsePolicyGroup(document))
    .flatMap(({ embedded }): JsonObject[] => (embedded ? [embedded] : []))
    .map((embedded) => parsePolicy(JSON.stringify(embedded)))
}

async function brokenIn({ metadata: { name }, scripts }: Policy): Promise<string[]> {
  const problems: string[] = []
  for (const [at, { language, source }] of scripts.entries()) {
    if (!('embedded' in source)) continue
    const file = scripts.length > 1 ? `${name}[${at}]` : name
    try {
      await LANGUAGES[languageOf(language, file)].compile({ file, text: source.embedded })
    } catch (cause) {
      if (!(cause instanceof InvalidScript || cause instanceof UnknownFunction)) throw cause
      problems.push(cause.message)
    }
  }
  return problems
}
