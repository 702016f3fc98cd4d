import { execFileSync } from 'node:child_process'

import { expect, test } from '@jest/globals'

import { commands } from '../index.ts'
import { bashScript, completionWords, fishScript } from './scripts.ts'

/** What bash offers after these words; the last one is being typed. */
function offered(...words: string[]): string[] {
  const script = `${bashScript(completionWords(commands))}
COMP_WORDS=(chainloop "$@"); COMP_CWORD=$#; _chainloop; printf '%s\\n' "\${COMPREPLY[@]}"`
  const out = execFileSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' })
  return out.split('\n').filter((word) => word !== '')
}

test('bash completes nouns, verbs and options', () => {
  expect(offered('att')).toEqual(['attestation'])
  expect(offered('attestation', 'pu')).toEqual(['push'])
  expect(offered('workflow', 'contract', 'l')).toEqual(['list', 'lint'])
  expect(offered('attestation', 'init', '--proj')).toEqual(['--project'])
  expect(offered('attestation', 'init', '--project', 'web', '--work')).toEqual(['--workflow'])
  expect(offered('nothing', 'x')).toEqual([])
})

test('fish has a line for every word, with its quotes closed', () => {
  const lines = fishScript(completionWords(commands)).split('\n')

  expect(lines).toContainEqual(
    expect.stringContaining(`'__chainloop_after "attestation"' -f -a push -d '`),
  )
  for (const line of lines) {
    expect(line.replaceAll("\\'", '').split("'").length % 2).toBe(1)
  }
})
