import { execFile } from 'node:child_process'

const TIMEOUT_MS = 10_000
const MAX_BYTES = 1 << 20

export interface GitAnswer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs git; undefined without it, or when it does not end in time. */
export function runGit(cwd: string, args: readonly string[]): Promise<GitAnswer | undefined> {
  return new Promise((resolve) => {
    const options = {
      cwd,
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_BYTES,
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
    }
    execFile('git', [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code
      resolve(typeof code === 'number' ? { code, stdout, stderr } : undefined)
    })
  })
}

/** What git prints; undefined for whatever it complains about. */
export async function git(cwd: string, args: readonly string[]): Promise<string | undefined> {
  const answer = await runGit(cwd, args)
  return answer?.code === 0 ? answer.stdout : undefined
}
