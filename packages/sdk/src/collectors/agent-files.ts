import { createHash } from 'node:crypto'
import { glob, readFile, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

import { withoutSecrets } from './without-secrets.ts'

export interface AgentFile {
  /** From the root, with slashes. */
  readonly path: string
  readonly kind: FileKind
  /** Hex, of the file as it is. */
  readonly sha256: string
  /** Bytes of the file as it is. */
  readonly size: number
  /** Base64; without the values of environments and headers, which may be secrets. */
  readonly content: string
}

export type FileKind = 'configuration' | 'instruction' | 'skill' | 'agent'

type Patterns = Readonly<Partial<Record<FileKind, readonly string[]>>>

/** Where agents look for their configuration. */
export const AGENTS: Readonly<Record<string, Patterns>> = {
  claude: {
    configuration: ['.claude/settings.json'],
    instruction: ['CLAUDE.md', '.claude/CLAUDE.md', '.claude/rules/*.md', '.claude/commands/*.md'],
    skill: ['.claude/skills/*/SKILL.md'],
    agent: ['.claude/agents/*.md'],
  },
  cursor: {
    instruction: [
      '.cursor/rules/*.md',
      '.cursor/rules/*.mdc',
      '.cursor/rules/*/*.md',
      '.cursor/rules/*/*.mdc',
    ],
    skill: ['.cursor/skills/*/SKILL.md'],
    agent: ['.cursor/agents/*.md'],
  },
}

/** Read by all of them. */
export const SHARED: Patterns = { instruction: ['AGENTS.md'] }

const MAX_FILES = 500
const MAX_BYTES = 1 << 20

/** Sorted by path. Rejects when one leads out of the root, is too large, or there are too many. */
export async function findAgentFiles(root: string, patterns: Patterns): Promise<AgentFile[]> {
  const found: AgentFile[] = []
  for (const [kind, globs] of Object.entries(patterns) as [FileKind, readonly string[]][]) {
    for await (const path of glob([...globs], { cwd: root })) {
      if (found.length === MAX_FILES) throw new Error(`there are more than ${MAX_FILES} files`)
      found.push(await readAgentFile(root, path, kind))
    }
  }
  return found.toSorted((one, other) => (one.path < other.path ? -1 : 1))
}

async function readAgentFile(root: string, path: string, kind: FileKind): Promise<AgentFile> {
  const target = await realpath(join(root, path))
  const within = relative(await realpath(root), target)
  const name = path.split(sep).join('/')
  if (within.startsWith('..')) throw new Error(`${name} leads out of the folder`)
  const { size } = await stat(target)
  if (size > MAX_BYTES) throw new Error(`${name} has more than ${MAX_BYTES} bytes`)
  const bytes = await readFile(target)
  return {
    path: name,
    kind,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    size: bytes.byteLength,
    content: (kind === 'configuration' ? withoutSecrets(bytes) : bytes).toString('base64'),
  }
}
