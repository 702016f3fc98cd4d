import type { Commit, Remote } from '@chainloop/attestation/git/commit'
import { withoutCredentials } from '@chainloop/attestation/git/without-credentials'

import { git } from './git.ts'

/**
 * The commit of the working copy around a folder, or `wanted` in its place: then what else is known comes from that
 * commit if it is there, and from the working copy's otherwise. Undefined without git, without a repository, without a
 * commit, and for whatever else git complains about: trouble with git never fails a run.
 */
export async function readHead(cwd: string, wanted?: string): Promise<Commit | undefined> {
  const other = wanted === undefined ? undefined : await readCommit(cwd, wanted)
  if (other) return other
  const head = await readCommit(cwd, 'HEAD')
  if (head === undefined || wanted === undefined) return head
  const { signature: _, ...rest } = head
  return { ...rest, hash: wanted }
}

async function readCommit(cwd: string, revision: string): Promise<Commit | undefined> {
  const hash = (
    await git(cwd, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`])
  )?.trim()
  if (hash === undefined) return undefined
  const raw = await git(cwd, ['cat-file', 'commit', hash])
  const shown = await git(cwd, ['show', '--no-patch', '--format=%an%x00%ae%x00%aI%x00%B', hash])
  if (raw === undefined || shown === undefined) return undefined

  const [name = '', email = '', date = '', message = ''] = shown.split('\0')
  const written = new Date(date)
  return {
    hash,
    author: { name, email },
    date: Number.isNaN(written.getTime()) ? new Date(0) : written,
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
