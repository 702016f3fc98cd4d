/** What the evidence of our own collectors looks like, as JSON Schema. */

type Schema = Readonly<Record<string, unknown>>

const text: Schema = { type: 'string' }
const filled: Schema = { type: 'string', minLength: 1 }
const flag: Schema = { type: 'boolean' }
const count: Schema = { type: 'integer', minimum: 0 }
const anything: Schema = {}
const listOf = (items: Schema): Schema => ({ type: 'array', items })
const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values })

/** An object with these members and no other; names that end in `!` are required. */
function exactly(members: Readonly<Record<string, Schema>>): Schema {
  return { ...open(members), additionalProperties: false }
}

/** An object with these members and perhaps others. */
function open(members: Readonly<Record<string, Schema>>): Schema {
  const names = Object.keys(members)
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(members).map(([name, schema]) => [name.replace(/!$/, ''), schema]),
    ),
    required: names.filter((name) => name.endsWith('!')).map((name) => name.slice(0, -1)),
  }
}

const account = oneOf('User', 'Bot', 'unknown')

export const prInfoSchema = exactly({
  'platform!': oneOf('github', 'gitlab'),
  'type!': oneOf('pull_request', 'merge_request'),
  'number!': text,
  'url!': { type: 'string', format: 'uri' },
  title: text,
  description: text,
  source_branch: text,
  target_branch: text,
  author: { oneOf: [text, exactly({ 'login!': text, 'type!': account })] },
  reviewers: listOf(
    exactly({
      'login!': text,
      'type!': account,
      'requested!': flag,
      review_status: oneOf('APPROVED', 'CHANGES_REQUESTED', 'COMMENTED', 'DISMISSED', 'PENDING'),
    }),
  ),
})

export const aiAgentConfigSchema = exactly({
  'agent!': exactly({ 'name!': text, version: text }),
  'config_hash!': text,
  git_context: exactly({ repository: text, branch: text, commit_sha: text }),
  'config_files!': listOf(
    exactly({
      'path!': text,
      'kind!': oneOf('configuration', 'instruction', 'skill', 'agent'),
      'sha256!': text,
      'size!': count,
      'content!': text,
    }),
  ),
  permissions: anything,
  mcp_servers: listOf(
    exactly({
      'name!': text,
      command: text,
      args: listOf(text),
      url: text,
      env_keys: listOf(text),
      disabled: flag,
    }),
  ),
  subagents: anything,
})

const object: Schema = { type: 'object' }

export const aiCodingSessionSchema = exactly({
  'schema_version!': filled,
  'agent!': exactly({ 'name!': filled, version: text }),
  'session!': exactly({
    'id!': filled,
    slug: text,
    'started_at!': filled,
    ended_at: text,
    'duration_seconds!': count,
  }),
  git_context: object,
  code_changes: open({ files: listOf(open({ 'path!': text, 'status!': text })) }),
  model: object,
  usage: object,
  tools_used: object,
  conversation: object,
  subagents: listOf(object),
  raw_session: { type: 'object', additionalProperties: { type: 'array' } },
  warnings: listOf(text),
})

export const runnerContextSchema = exactly({
  'meta!': exactly({
    'id!': filled,
    generated_at: text,
    errors: listOf(exactly({ 'code!': text, 'message!': text })),
  }),
  'data!': open({
    tool: text,
    provider: text,
    repos: listOf(
      open({
        owner: text,
        repository: text,
        branches: listOf(open({ 'name!': text, active_rules: listOf(open({ 'name!': text })) })),
      }),
    ),
  }),
})
