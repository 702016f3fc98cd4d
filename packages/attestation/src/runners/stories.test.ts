import { expect, test } from '@jest/globals'

import type { RunnerEnvironment } from '../predicate/crafting-state.ts'
import { captureVariables } from './capture-variables.ts'
import { RUNNERS, detectRunner } from './detect-runner.ts'
import * as published from './environments.test.fixture.ts'
import type { RunnerType } from './runner-type.ts'
import type { Environment } from './runner.ts'
import { withTektonVariables } from './tekton-pod.ts'
import type { TektonPod } from './tekton-pod.ts'

interface Story {
  readonly env: Environment
  readonly type: RunnerType
  readonly url: string
  readonly environment: RunnerEnvironment
  /** Of `env`, not recorded. */
  readonly leftOut: readonly string[]
}

const tekton: Environment = {
  ...published.tektonEnvironment,
  TEKTON_TASKRUN_NAME: 'web-1-build',
  TEKTON_NAMESPACE: 'ci',
}

const stories: Record<string, Story> = {
  'GitHub Actions': {
    env: published.githubEnvironment,
    type: 'GITHUB_ACTION',
    url: 'https://github.com/acme/web/actions/runs/17',
    environment: 'managed',
    leftOut: ['CI', 'GITHUB_ACTIONS', 'GITHUB_SERVER_URL', 'RUNNER_ENVIRONMENT'],
  },
  'a GitHub Enterprise Server': {
    env: {
      ...published.githubEnvironment,
      GITHUB_SERVER_URL: 'https://git.acme.example/',
      RUNNER_ENVIRONMENT: 'self-hosted',
    },
    type: 'GITHUB_ACTION',
    url: 'https://git.acme.example/acme/web/actions/runs/17',
    environment: 'self-hosted',
    leftOut: ['CI', 'GITHUB_ACTIONS', 'GITHUB_SERVER_URL', 'RUNNER_ENVIRONMENT'],
  },
  GitLab: {
    env: published.gitlabEnvironment,
    type: 'GITLAB_PIPELINE',
    url: 'https://git.acme.example/acme/web/-/jobs/1',
    environment: 'unknown',
    leftOut: ['CI', 'GITLAB_CI'],
  },
  'Azure Pipelines': {
    env: published.azureEnvironment,
    type: 'AZURE_PIPELINE',
    url: 'https://dev.azure.com/acme/The%20web/_build/results?buildId=1430&j=12f1170f-54f2-53f3-20dd-22fc7dff55f9&view=logs',
    environment: 'unknown',
    leftOut: ['SYSTEM_JOBID', 'SYSTEM_TEAMFOUNDATIONSERVERURI', 'SYSTEM_TEAMPROJECT'],
  },
  Jenkins: {
    env: published.jenkinsEnvironment,
    type: 'JENKINS_JOB',
    url: 'https://ci.acme.example/job/web/15/',
    environment: 'unknown',
    leftOut: ['BUILD_NUMBER', 'JENKINS_HOME', 'JENKINS_URL'],
  },
  CircleCI: {
    env: published.circleciEnvironment,
    type: 'CIRCLECI_BUILD',
    url: 'https://circleci.com/gh/acme/web/9',
    environment: 'unknown',
    leftOut: ['CI', 'CIRCLECI', 'CIRCLE_BUILD_NUM'],
  },
  Dagger: {
    env: published.daggerEnvironment,
    type: 'DAGGER_PIPELINE',
    url: '',
    environment: 'unknown',
    leftOut: [],
  },
  TeamCity: {
    env: published.teamcityEnvironment,
    type: 'TEAMCITY_PIPELINE',
    url: 'https://teamcity.acme.example/buildConfiguration/Web_Build/31',
    environment: 'unknown',
    leftOut: ['TEAMCITY_BUILDCONF_NAME'],
  },
  'a Tekton task on its own': {
    env: tekton,
    type: 'TEKTON_PIPELINE',
    url: 'tekton://ci/taskruns/web-1-build',
    environment: 'self-hosted',
    leftOut: ['KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT'],
  },
  'a Tekton pipeline with a dashboard, in a cloud': {
    env: {
      ...tekton,
      TEKTON_PIPELINERUN_NAME: 'web-1',
      TEKTON_DASHBOARD_URL: 'https://tekton.acme.example/',
      GOOGLE_CLOUD_PROJECT: 'acme',
    },
    type: 'TEKTON_PIPELINE',
    url: 'https://tekton.acme.example/#/namespaces/ci/pipelineruns/web-1',
    environment: 'managed',
    leftOut: [
      'GOOGLE_CLOUD_PROJECT',
      'KUBERNETES_SERVICE_HOST',
      'KUBERNETES_SERVICE_PORT',
      'TEKTON_DASHBOARD_URL',
    ],
  },
  'the sandbox': {
    env: { CHAINLOOP_SANDBOX: '1' },
    type: 'CHAINLOOP_SANDBOX',
    url: '',
    environment: 'unknown',
    leftOut: ['CHAINLOOP_SANDBOX'],
  },
  Buildkite: {
    env: published.buildkiteEnvironment,
    type: 'RUNNER_TYPE_UNSPECIFIED',
    url: 'https://buildkite.com/acme-inc/my-project/builds/1514#e44f9784-e20e-4b93-a21d-f41fd5869db9',
    environment: 'managed',
    leftOut: ['BUILDKITE', 'BUILDKITE_AGENT_ACCESS_TOKEN', 'CI'],
  },
  'Bitbucket Pipelines': {
    env: published.bitbucketEnvironment,
    type: 'RUNNER_TYPE_UNSPECIFIED',
    url: 'https://bitbucket.org/acme/web/pipelines/results/8',
    environment: 'unknown',
    leftOut: ['BITBUCKET_STEP_OIDC_TOKEN', 'CI'],
  },
  'a machine that nobody knows': {
    env: { PATH: '/usr/bin' },
    type: 'RUNNER_TYPE_UNSPECIFIED',
    url: '',
    environment: 'unknown',
    leftOut: ['PATH'],
  },
}

test.each(Object.entries(stories))('%s: type, page, operator and variables', (_, story) => {
  const runner = detectRunner(story.env)
  const captured = captureVariables(story.env, runner, [])

  expect(runner.type).toBe(story.type)
  expect(runner.runUrl(story.env)).toBe(story.url)
  expect(runner.environment(story.env)).toBe(story.environment)
  expect(captured.missing).toEqual([])
  const leftOut = Object.keys(story.env).filter((name) => !Object.hasOwn(captured.env, name))
  expect(leftOut.toSorted()).toEqual(story.leftOut)
})

test('every runner has a story', () => {
  const told = new Set(Object.values(stories).map(({ env }) => detectRunner(env)))

  expect(told).toEqual(new Set(RUNNERS))
})

test('what runs within another system is recognised before it', () => {
  const within = (env: Environment, around: Environment): string =>
    detectRunner({ ...around, ...env }).type

  expect(within(published.daggerEnvironment, published.githubEnvironment)).toBe('DAGGER_PIPELINE')
  expect(within(published.daggerEnvironment, published.gitlabEnvironment)).toBe('DAGGER_PIPELINE')
  expect(within(published.githubEnvironment, published.jenkinsEnvironment)).toBe('GITHUB_ACTION')
  expect(within(published.teamcityEnvironment, published.jenkinsEnvironment)).toBe(
    'TEAMCITY_PIPELINE',
  )
  expect(within(published.gitlabEnvironment, tekton)).toBe('GITLAB_PIPELINE')
  expect(within({ CHAINLOOP_SANDBOX: '1' }, published.daggerEnvironment)).toBe('CHAINLOOP_SANDBOX')
})

test('addresses are recorded without credentials, unless the contract asks for them', () => {
  const { buildkiteEnvironment: env } = published
  const recorded = (allowList: readonly string[]): string | undefined =>
    captureVariables(env, detectRunner(env), allowList).env['BUILDKITE_REPO']

  expect(recorded([])).toBe('https://git.acme.example/acme/web.git')
  expect(recorded(['BUILDKITE_REPO'])).toBe(env['BUILDKITE_REPO'])
})

test('an Azure run whose server is not known has no page', () => {
  const env = { ...published.azureEnvironment, SYSTEM_TEAMFOUNDATIONSERVERURI: '' }

  expect(detectRunner(env).runUrl(env)).toBe('')
})

const pod = (answers: {
  readonly results?: boolean
  readonly namespace?: string
  readonly labels?: Record<string, string>
}): TektonPod & { readonly asked: object[] } => {
  const asked: object[] = []
  return {
    asked,
    hasResults: async () => answers.results ?? true,
    namespace: async () => answers.namespace,
    async labels(which) {
      asked.push(which)
      return answers.labels
    },
  }
}

test('the labels of a Tekton pod become its variables', async () => {
  const port = pod({ namespace: 'ci', labels: published.tektonLabels })
  const env = await withTektonVariables(published.tektonEnvironment, port)
  const runner = detectRunner(env)

  expect(port.asked).toEqual([{ namespace: 'ci', name: 'web-build-pod' }])
  expect(runner.runUrl(env)).toBe('tekton://ci/pipelineruns/web-1')
  expect(captureVariables(env, runner, [])).toEqual({
    env: {
      HOSTNAME: 'web-build-pod',
      TEKTON_NAMESPACE: 'ci',
      TEKTON_PIPELINERUN_NAME: 'web-1',
      TEKTON_PIPELINE_NAME: 'web',
      TEKTON_PIPELINE_TASK_NAME: 'build',
      TEKTON_TASKRUN_NAME: 'web-1-build',
    },
    missing: [],
  })
})

test('a Tekton pod that may not be looked at is still recognised, and says what is missing', async () => {
  const env = await withTektonVariables(
    { ...published.tektonEnvironment, HOSTNAME: 'web-1-build-pod-retry2' },
    pod({ namespace: 'ci' }),
  )
  const runner = detectRunner(env)

  expect([runner.type, runner.runUrl(env)]).toEqual([
    'TEKTON_PIPELINE',
    'tekton://ci/taskruns/web-1-build',
  ])
  expect(captureVariables(env, runner, []).missing).toEqual(['TEKTON_TASKRUN_NAME'])
  expect(runner.hint).toContain('get pods')
})

test('what a Tekton task sets itself stands in for labels', async () => {
  const own = { TEKTON_TASKRUN_NAME: 'own', TEKTON_NAMESPACE: 'ci' }
  const env = await withTektonVariables(own, pod({}))

  expect(captureVariables(env, detectRunner(env), [])).toEqual({ env: own, missing: [] })
})

test('outside of Tekton nothing is asked and nothing changes', async () => {
  const port = pod({ results: false, labels: published.tektonLabels })

  expect(await withTektonVariables(published.githubEnvironment, port)).toBe(
    published.githubEnvironment,
  )
  expect(port.asked).toEqual([])
})
