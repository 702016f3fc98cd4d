import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { languageOf } from '@chainloop/policy/languages/languages'
import { runRegoTests, type RegoTest } from '@chainloop/policy/languages/rego-tests'

import { readLocalPolicy } from './local-policy.ts'

/** Runs the rules `test_…` of the files `*_test.rego` beside a policy, together with its scripts. */
export async function testPolicy(path: string): Promise<readonly RegoTest[]> {
  const { policy, attached } = await readLocalPolicy({ path })
  const folder = dirname(path)
  const names = (await readdir(folder)).filter((name) => name.endsWith('_test.rego')).toSorted()
  const tests = await Promise.all(
    names.map(async (name) => ({
      file: basename(name),
      text: await readFile(join(folder, name), 'utf8'),
    })),
  )
  const scripts = policy.scripts.flatMap((script) => {
    const text = attached.loaded.texts.get(script)
    return text && languageOf(script.language, text.file) === 'rego' ? [text] : []
  })
  return scripts.flatMap((script) => runRegoTests(script, tests))
}
