/** What issues the identity tokens of jobs. */
export type Platform =
  | 'github'
  | 'gitlab'
  | 'buildkite'
  | 'circleci'
  | 'google'
  | 'kubernetes'
  | 'generic'

/** What a verified token says about its job, as far as the platform says it. */
export interface JobFacts {
  /** Name of a runner type. */
  readonly runnerType?: string
  readonly runUrl?: string
  readonly repository?: string
  readonly ref?: string
  /** Lower-case hex of the checked out commit. */
  readonly commit?: string
  /** The exact workflow definition, with its ref. */
  readonly workflowRef?: string
  /** Lower-case hex of the commit that the definition was taken from. */
  readonly workflowCommit?: string
  /** URI of the exact workflow definition, as certificates name it. */
  readonly workflowUri?: string
  /** URI of the definition that the pipeline began with, where that is another one. */
  readonly configUri?: string
  readonly configCommit?: string
  readonly repositoryId?: string
  /** URI of who owns the repository. */
  readonly owner?: string
  readonly ownerId?: string
  readonly visibility?: string
  /** `github-hosted`, `self-hosted` … */
  readonly environment?: string
  readonly trigger?: string
  /** Names the execution that this job and its fellows belong to; nobody else has that name. */
  readonly pipeline?: string
}

/** Text of a claim; undefined where the token has none of that name. */
export type ClaimReader = (name: string) => string | undefined

interface PlatformRules {
  /** Claims that nobody can take over by renaming or recreating something. */
  readonly immutable: readonly string[]
  readonly facts: (claim: ClaimReader, issuer: string) => Facts
}

type Facts = { readonly [F in keyof JobFacts]: string | undefined }

export const PLATFORMS: Readonly<Record<Platform, PlatformRules>> = {
  /** https://docs.github.com/en/actions/reference/security/oidc */
  github: {
    immutable: ['repository_id', 'repository_owner_id', 'enterprise_id'],
    facts: (claim, issuer) => ({
      runnerType: 'GITHUB_ACTION',
      runUrl: page(githubServer(issuer), claim('repository'), 'actions/runs', claim('run_id')),
      repository: page(githubServer(issuer), claim('repository')),
      ref: claim('ref'),
      commit: claim('sha'),
      workflowRef: claim('job_workflow_ref') ?? claim('workflow_ref'),
      workflowCommit: claim('job_workflow_sha') ?? claim('workflow_sha'),
      workflowUri: page(githubServer(issuer), claim('job_workflow_ref') ?? claim('workflow_ref')),
      configUri: page(githubServer(issuer), claim('workflow_ref')),
      configCommit: claim('workflow_sha'),
      repositoryId: claim('repository_id'),
      owner: page(githubServer(issuer), claim('repository_owner')),
      ownerId: claim('repository_owner_id'),
      visibility: claim('repository_visibility'),
      environment: claim('runner_environment'),
      trigger: claim('event_name'),
      pipeline: path(claim('repository_id'), claim('run_id')),
    }),
  },
  /** https://docs.gitlab.com/ci/secrets/id_token_authentication/ */
  gitlab: {
    immutable: ['project_id', 'namespace_id'],
    facts: (claim, issuer) => ({
      runnerType: 'GITLAB_PIPELINE',
      runUrl: page(issuer, claim('project_path'), '-/jobs', claim('job_id')),
      repository: page(issuer, claim('project_path')),
      ref: claim('ref_path') ?? claim('ref'),
      commit: claim('sha'),
      workflowRef: claim('ci_config_ref_uri'),
      workflowCommit: claim('ci_config_sha'),
      workflowUri: withScheme(claim('ci_config_ref_uri')),
      configUri: withScheme(claim('ci_config_ref_uri')),
      configCommit: claim('ci_config_sha'),
      repositoryId: claim('project_id'),
      owner: page(issuer, claim('namespace_path')),
      ownerId: claim('namespace_id'),
      visibility: claim('project_visibility'),
      environment: claim('runner_environment'),
      trigger: claim('pipeline_source'),
      pipeline: path(claim('project_id'), claim('pipeline_id')),
    }),
  },
  /** https://buildkite.com/docs/pipelines/security/oidc */
  buildkite: {
    immutable: ['organization_id', 'pipeline_id'],
    facts: (claim) => ({
      ref: claim('build_branch'),
      commit: claim('build_commit'),
      trigger: claim('build_source'),
      pipeline: path(claim('organization_id'), claim('pipeline_id'), claim('build_number')),
    }),
  },
  /** https://circleci.com/docs/openid-connect-tokens/ */
  circleci: {
    immutable: ['oidc.circleci.com/project-id', 'oidc.circleci.com/org-id'],
    facts: (claim) => ({
      runnerType: 'CIRCLECI_BUILD',
      repository: claim('oidc.circleci.com/vcs-origin'),
      ref: claim('oidc.circleci.com/vcs-ref'),
      pipeline: path(claim('oidc.circleci.com/project-id'), claim('oidc.circleci.com/pipeline-id')),
    }),
  },
  /** The `sub` of a Google identity is a number that is never given to anybody else. */
  google: { immutable: ['sub'], facts: () => ({}) },
  /** https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ */
  kubernetes: { immutable: ['kubernetes.io/serviceaccount/uid'], facts: () => ({}) },
  /** OpenID Connect Core 1.0 §2: `sub` is never reassigned. */
  generic: { immutable: ['sub'], facts: () => ({}) },
}

export function isPlatform(name: string): name is Platform {
  return Object.hasOwn(PLATFORMS, name)
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const MAX_TEXT = 2048

export function factsOf(platform: Platform, claim: ClaimReader, issuer: string): JobFacts {
  const { commit, workflowCommit, configCommit, ...facts } = PLATFORMS[platform].facts(
    claim,
    issuer,
  )
  const kept = {
    ...facts,
    commit: hexOf(commit),
    workflowCommit: hexOf(workflowCommit),
    configCommit: hexOf(configCommit),
  }
  return Object.fromEntries(
    Object.entries(kept).filter(([, text]) => text !== undefined && text.length <= MAX_TEXT),
  )
}

function hexOf(commit: string | undefined): string | undefined {
  return commit !== undefined && COMMIT.test(commit) ? commit : undefined
}

/** Numbers and truth values by their text. Nested ones, by path, only where the platform nests. */
export function claimReader(
  platform: Platform,
  claims: Readonly<Record<string, unknown>>,
): ClaimReader {
  return (name) => {
    const direct = textOf(memberOf(claims, name))
    if (direct !== undefined || platform !== 'kubernetes') return direct
    return textOf(name.split('/').reduce<unknown>(memberOf, claims))
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Reflect.get(value, name)
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function page(server: string, ...parts: readonly (string | undefined)[]): string | undefined {
  return path(server.replace(/\/+$/, ''), ...parts)
}

/** GitLab leaves it out. */
function withScheme(reference: string | undefined): string | undefined {
  return reference === undefined ? undefined : `https://${reference}`
}

/** Undefined unless every part is there. */
function path(...parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join('/')
}

/** GitHub's own tokens come from another host than its pages; those of an enterprise server from the same. */
function githubServer(issuer: string): string {
  const { origin, hostname } = new URL(issuer)
  return hostname === 'token.actions.githubusercontent.com' ? 'https://github.com' : origin
}
