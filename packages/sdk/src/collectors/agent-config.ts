import { createHash } from 'node:crypto'

import type { Commit } from '@chainloop/attestation/git/commit'
import { type Environment, valueOf } from '@chainloop/attestation/runners/runner'

import { type AgentFile, AGENTS, findAgentFiles, SHARED } from './agent-files.ts'
import { type Collected, envelope } from './collected.ts'
import { findMcpServers } from './mcp-servers.ts'

export interface Place {
  readonly cwd: string
  readonly env: Environment
  readonly head: Commit | undefined
}

const SCHEMA = 'aiagentconfig/0.1/ai-agent-config.schema.json'

/** How the AI agents of a repository are configured: one document for each that has files of its own. */
export async function collectAgentConfig({ cwd, env, head }: Place): Promise<Collected[]> {
  const shared = await findAgentFiles(cwd, SHARED)
  const servers = await findMcpServers(cwd)
  const collected: Collected[] = []
  for (const [agent, patterns] of Object.entries(AGENTS)) {
    const own = await findAgentFiles(cwd, patterns)
    if (own.length === 0) continue
    const files = [...own, ...shared].toSorted((one, other) => (one.path < other.path ? -1 : 1))
    const data = {
      agent: { name: agent },
      config_hash: hashOf(files),
      ...(head && { git_context: gitContext(head, env) }),
      config_files: files,
      ...(agent === 'claude' && servers.length > 0 && { mcp_servers: servers }),
    }
    collected.push({
      name: `ai-agent-config-${agent}`,
      kind: 'CHAINLOOP_AI_AGENT_CONFIG',
      document: envelope('CHAINLOOP_AI_AGENT_CONFIG', SCHEMA, data),
    })
  }
  return collected
}

/** Of all files, whatever their order. */
function hashOf(files: readonly AgentFile[]): string {
  const lines = files.map(({ path, sha256 }) => `${path}:${sha256}`).toSorted()
  return createHash('sha256').update(lines.join('')).digest('hex')
}

function gitContext({ hash, remotes }: Commit, env: Environment): object {
  const [remote] = remotes
  const branch =
    valueOf(env, 'GITHUB_HEAD_REF') ||
    valueOf(env, 'GITHUB_REF_NAME') ||
    valueOf(env, 'CI_COMMIT_REF_NAME')
  return {
    commit_sha: hash,
    ...(remote && { repository: remote.url }),
    ...(branch !== '' && { branch }),
  }
}
