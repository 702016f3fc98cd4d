import { readFile } from 'node:fs/promises'

import { languageOf } from '@chainloop/policy/languages/languages'
import { openRegoRepl, type RegoRepl as PolicyRepl } from '@chainloop/policy/languages/rego-repl'
import { InvalidScript } from '@chainloop/policy/languages/script-language'

import { readLocalPolicy } from './local-policy.ts'

export type { PolicyRepl }

export interface PolicyReplInput {
  readonly policy: string
  /** File with what the script sees, as JSON. */
  readonly input: string | undefined
  readonly inputs: Readonly<Record<string, string>>
}

/** Opens the first Rego script of a policy for questions. Rejects with what is wrong with it. */
export async function openPolicyRepl({
  policy,
  input,
  inputs,
}: PolicyReplInput): Promise<PolicyRepl> {
  const local = await readLocalPolicy({ path: policy })
  const scripts = [...local.attached.loaded.texts]
  const found = scripts.find(
    ([script, text]) => languageOf(script.language, text.file) === 'rego',
  )?.[1]
  if (!found) throw new InvalidScript(`${policy} has no script in Rego`)
  const repl = openRegoRepl(found, inputs)
  if (input !== undefined) repl.see(await readFile(input, 'utf8'))
  return repl
}
