import { expect, test } from '@jest/globals'

import { audienceOf } from '../auth/trusted-job.ts'
import { claimReader, factsOf, type JobFacts, type Platform } from './platforms.ts'

const COMMIT = 'c'.repeat(40)

/** Claims as each platform documents them. */
const documented: [Platform, string, Record<string, unknown>, JobFacts][] = [
  [
    'github',
    'https://token.actions.githubusercontent.com',
    {
      repository: 'octo-org/octo-repo',
      repository_id: '74',
      run_id: '30433642',
      sha: COMMIT,
      ref: 'refs/heads/main',
      workflow_ref: 'octo-org/octo-repo/.github/workflows/oidc.yml@refs/heads/main',
      runner_environment: 'self-hosted',
      event_name: 'workflow_dispatch',
    },
    {
      runnerType: 'GITHUB_ACTION',
      runUrl: 'https://github.com/octo-org/octo-repo/actions/runs/30433642',
      repository: 'https://github.com/octo-org/octo-repo',
      ref: 'refs/heads/main',
      commit: COMMIT,
      workflowRef: 'octo-org/octo-repo/.github/workflows/oidc.yml@refs/heads/main',
      workflowUri:
        'https://github.com/octo-org/octo-repo/.github/workflows/oidc.yml@refs/heads/main',
      configUri: 'https://github.com/octo-org/octo-repo/.github/workflows/oidc.yml@refs/heads/main',
      repositoryId: '74',
      environment: 'self-hosted',
      trigger: 'workflow_dispatch',
      pipeline: '74/30433642',
    },
  ],
  [
    'gitlab',
    'https://gitlab.example.com',
    {
      project_path: 'my-group/my-project',
      job_id: '302',
      project_id: '22',
      pipeline_id: '574',
      sha: COMMIT,
      ref: 'feature',
      ref_path: 'refs/heads/feature',
      ci_config_ref_uri:
        'gitlab.example.com/my-group/my-project//.gitlab-ci.yml@refs/heads/feature',
      runner_environment: 'gitlab-hosted',
      pipeline_source: 'push',
    },
    {
      runnerType: 'GITLAB_PIPELINE',
      runUrl: 'https://gitlab.example.com/my-group/my-project/-/jobs/302',
      repository: 'https://gitlab.example.com/my-group/my-project',
      ref: 'refs/heads/feature',
      commit: COMMIT,
      workflowRef: 'gitlab.example.com/my-group/my-project//.gitlab-ci.yml@refs/heads/feature',
      workflowUri:
        'https://gitlab.example.com/my-group/my-project//.gitlab-ci.yml@refs/heads/feature',
      configUri:
        'https://gitlab.example.com/my-group/my-project//.gitlab-ci.yml@refs/heads/feature',
      repositoryId: '22',
      environment: 'gitlab-hosted',
      trigger: 'push',
      pipeline: '22/574',
    },
  ],
  [
    'buildkite',
    'https://agent.buildkite.com',
    {
      organization_id: '0184990a-477b-4fa8-9968-496074483k77',
      pipeline_id: '0184990a-4782-42b5-afc1-16715b10b8ff',
      build_branch: 'main',
      build_number: 1,
      build_commit: COMMIT,
    },
    {
      ref: 'main',
      commit: COMMIT,
      pipeline: '0184990a-477b-4fa8-9968-496074483k77/0184990a-4782-42b5-afc1-16715b10b8ff/1',
    },
  ],
  ['buildkite', 'https://agent.buildkite.com', { build_commit: 'HEAD' }, {}],
  [
    'circleci',
    'https://oidc.circleci.com/org/1',
    {
      'oidc.circleci.com/project-id': 'p-1',
      'oidc.circleci.com/pipeline-id': 'l-1',
      'oidc.circleci.com/vcs-ref': 'refs/heads/main',
    },
    { runnerType: 'CIRCLECI_BUILD', ref: 'refs/heads/main', pipeline: 'p-1/l-1' },
  ],
  ['google', 'https://accounts.google.com', { sub: '1', sha: COMMIT }, {}],
  ['kubernetes', 'https://kubernetes.example', { sha: COMMIT }, {}],
  ['generic', 'https://ci.example', { sha: COMMIT }, {}],
]

test.each(documented)(
  '%s at %s says of its jobs what it documents',
  (platform, issuer, claims, facts) => {
    expect(factsOf(platform, claimReader(platform, claims), issuer)).toEqual(facts)
  },
)

test('claims of Kubernetes are named by their path, those of others only by their name', () => {
  const claims = {
    'kubernetes.io': { serviceaccount: { uid: 'u-1' } },
    number: 7,
    list: ['x'],
    flag: true,
  }

  const path = 'kubernetes.io/serviceaccount/uid'
  expect(claimReader('kubernetes', claims)(path)).toBe('u-1')
  expect(claimReader('generic', claims)(path)).toBeUndefined()
  expect(claimReader('generic', claims)('number')).toBe('7')
  expect(claimReader('generic', claims)('flag')).toBe('true')
  expect(claimReader('generic', claims)('list')).toBeUndefined()
  expect(claimReader('kubernetes', claims)('constructor/name')).toBeUndefined()
})

test.each([
  ['https://chainloop.example.org/', 'https://chainloop.example.org'],
  [undefined, undefined],
  ['https://github.com/acme', undefined],
  ['https://gitlab.com', undefined],
  ['https://buildkite.com/acme', undefined],
  ['https://kubernetes.default.svc.cluster.local', undefined],
  ['https://oidc.circleci.com/org/1', undefined],
  ['https://github.com.example.org', 'https://github.com.example.org'],
])('an instance at %s is meant by tokens for %s', (externalUrl, audience) => {
  expect(audienceOf({ externalUrl })).toBe(audience)
})
