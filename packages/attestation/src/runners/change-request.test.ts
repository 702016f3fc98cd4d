import { expect, test } from '@jest/globals'

import { isChangeRequest } from './change-request.ts'
import { detectRunner } from './detect-runner.ts'
import * as published from './environments.test.fixture.ts'
import type { Environment } from './runner.ts'

/** What each platform sets for the runs of a change; the lists are those of its environment. */
const changes: [string, Environment, Environment][] = [
  ['GitHub', published.githubEnvironment, { GITHUB_EVENT_NAME: 'pull_request' }],
  [
    'GitHub, on the target',
    published.githubEnvironment,
    { GITHUB_EVENT_NAME: 'pull_request_target' },
  ],
  ['GitLab', published.gitlabEnvironment, { CI_PIPELINE_SOURCE: 'merge_request_event' }],
  [
    'Dagger within GitLab',
    published.daggerEnvironment,
    { CI_PIPELINE_SOURCE: 'merge_request_event' },
  ],
  ['Azure Pipelines', published.azureEnvironment, { BUILD_REASON: 'PullRequest' }],
  [
    'CircleCI',
    published.circleciEnvironment,
    { CIRCLE_PULL_REQUEST: 'https://github.com/acme/web/pull/7' },
  ],
  ['Jenkins', published.jenkinsEnvironment, { CHANGE_ID: '7' }],
  ['Buildkite', published.buildkiteEnvironment, { BUILDKITE_PULL_REQUEST: '7' }],
  ['Bitbucket', published.bitbucketEnvironment, { BITBUCKET_PR_ID: '7' }],
]

const isAbout = (env: Environment): boolean => isChangeRequest(env, detectRunner(env).type)

test.each(changes)('%s: a run of a change is told from the others', (_platform, env, change) => {
  expect(isAbout({ ...env, ...change })).toBe(true)
  expect(isAbout({ ...env, GITHUB_EVENT_NAME: 'push' })).toBe(false)
})

test.each<[string, Environment]>([
  ['Buildkite says so', { ...published.buildkiteEnvironment, BUILDKITE_PULL_REQUEST: 'false' }],
  [
    'it is not about one of the system around',
    { ...published.jenkinsEnvironment, BITBUCKET_PR_ID: '7' },
  ],
  ['nobody knows the machine', {}],
  ['it is TeamCity', published.teamcityEnvironment],
])('a run is about no change where %s', (_why, env) => {
  expect(isAbout(env)).toBe(false)
})
