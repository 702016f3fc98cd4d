import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import type { Commit, Remote } from '@chainloop/attestation/git/commit'
import { withoutCredentials } from '@chainloop/attestation/git/without-credentials'

const run = promisify(execFile)

const TIMEOUT_MS = 10_000
const MAX_BYTES = 1 << 20

/**
 * The commit of the working copy around a folder. Undefined without git, without a repository, without a
 * commit, and for whatever else git complains about: trouble with git never fails a run.
 */
export async function readHead(cwd: string): Promise<Commit | undefined> {
  const raw = await git(cwd, ['cat-file', 'commit', 'HEAD'])
  const hash = await git(cwd, ['rev-parse', '--verify', 'HEAD'])
  const shown = await git(cwd, ['show', '--no-patch', '--format=%an%x00%ae%x00%aI%x00%B', 'HEAD'])
  if (raw === undefined || hash === undefined || shown === undefined) return undefined

  const [name = '', email = '', date = '', message = ''] = shown.split('\0')
  return {
    hash: hash.trim(),
    author: { name, email },
    date: new Date(date),
    message: message.trimEnd(),
    remotes: await readRemotes(cwd),
    signature: signatureOf(raw),
  }
}

async function readRemotes(cwd: string): Promise<readonly Remote[]> {
  const lines = (await git(cwd, ['remote', '--verbose']))?.split('\n') ?? []
  return lines.flatMap((line) => {
    const [, name, url] = /^(\S+)\t(.*) \(fetch\)$/.exec(line) ?? []
    return name === undefined || url === undefined ? [] : [{ name, url: withoutCredentials(url) }]
  })
}

/** A commit object has headers like an email; continuation lines start with a space. */
function signatureOf(commit: string): string | undefined {
  const [headers = ''] = commit.split('\n\n', 1)
  const found = /^gpgsig(?:-sha256)? (.*(?:\n .*)*)/m.exec(headers)?.[1]
  return found?.replaceAll('\n ', '\n')
}

async function git(cwd: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', [...args], {
      cwd,
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_BYTES,
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
    })
    return stdout
  } catch {
    return undefined
  }
}
