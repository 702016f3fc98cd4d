import type { Language } from '../documents/policy.ts'
import { cel } from './cel.ts'
import { jsonSchema } from './json-schema.ts'
import { rego } from './rego.ts'
import type { ScriptLanguage } from './script-language.ts'

export const LANGUAGES: Readonly<Record<Language, ScriptLanguage>> = {
  rego,
  cel,
  'json-schema': jsonSchema,
}

const BY_EXTENSION: Readonly<Record<string, Language>> = {
  cel: 'cel',
  json: 'json-schema',
  yaml: 'json-schema',
  yml: 'json-schema',
}

/** As the policy says, or by the extension of its file; otherwise Rego. */
export function languageOf(declared: Language | undefined, file: string): Language {
  return declared ?? BY_EXTENSION[/\.(\w+)$/.exec(file)?.[1] ?? ''] ?? 'rego'
}
