import type { DeliveredAttestation } from '@chainloop/plugin-sdk/delivery'
import { z } from 'zod'

export interface HeadCommit {
  /** Lower-case hex, of SHA-1 or SHA-256. */
  readonly hash: string
  /** As git has them, without user and password. */
  readonly remotes: readonly string[]
}

const hash = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
const remotes = z.array(z.object({ url: z.string() }))
const head = z.object({
  name: z.literal('git.head'),
  digest: z.union([
    z.object({ sha1: hash }).transform(({ sha1 }) => sha1),
    z.object({ sha256: hash }).transform(({ sha256 }) => sha256),
  ]),
  annotations: z.object({ remotes: remotes.default([]) }).default({ remotes: [] }),
})

/** The commit that the job was run on; undefined when it was not in a repository. */
export function headCommit({ statement }: DeliveredAttestation): HeadCommit | undefined {
  const { data: subjects = [] } = z.array(z.unknown()).safeParse(statement['subject'])
  const commit = subjects.map((subject) => head.safeParse(subject).data).find((one) => one)
  return (
    commit && { hash: commit.digest, remotes: commit.annotations.remotes.map(({ url }) => url) }
  )
}

/**
 * The path of the commit's repository at a host (`acme/web`), from the first remote there; undefined when none is.
 * Reads `https://host/path.git`, `ssh://git@host:22/path` and `git@host:path`.
 */
export function repositoryAt(host: string, { remotes: urls }: HeadCommit): string | undefined {
  return urls
    .map(placeOf)
    .find((place) => place?.host === host.toLowerCase() && place.path.includes('/'))?.path
}

function placeOf(remote: string): { readonly host: string; readonly path: string } | undefined {
  const url = URL.parse(remote)
  const [, scpHost, scpPath] = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(remote) ?? []
  const host = url?.hostname || scpHost
  const path = url?.hostname ? url.pathname : scpPath
  if (!host || !path) return undefined
  return { host: host.toLowerCase(), path: path.replace(/^\/+|(?:\.git)?\/*$/g, '') }
}
