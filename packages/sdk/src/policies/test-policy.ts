import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

import { languageOf } from '@chainloop/policy/languages/languages'
import { runRegoTests, type RegoTestRun } from '@chainloop/policy/languages/rego-tests'

import { readLocalPolicy } from './local-policy.ts'

/**
 * Runs the rules `test_…` of the files `*_test.rego` beside a policy, together with its scripts, and says which lines of
 * the scripts they reach.
 */
export async function testPolicy(path: string): Promise<RegoTestRun> {
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
  const runs = scripts.map((script) => runRegoTests(script, tests))
  return {
    tests: runs.flatMap((run) => run.tests),
    coverage: runs.flatMap((run) => run.coverage),
  }
}
