import { expect, test } from '@jest/globals'

import { captureVariables } from './capture-variables.ts'
import { detectRunner } from './detect-runner.ts'
import { RUNNER_TYPE_NUMBERS, isRunnerType, runnerTypeOf } from './runner-type.ts'

const github = {
  CI: 'true',
  GITHUB_ACTOR: 'alice',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REPOSITORY: 'acme/web',
  GITHUB_REPOSITORY_OWNER: 'acme',
  GITHUB_RUN_ID: '17',
  GITHUB_SHA: 'ab'.repeat(20),
  RUNNER_NAME: 'hosted-1',
  RUNNER_OS: 'Linux',
}

test('an environment of two systems always gives the same runner', () => {
  const both = { GITLAB_CI: 'true', CI_JOB_URL: 'x', ...github }

  expect(detectRunner(both).type).toBe('GITHUB_ACTION')
  expect(detectRunner({ ...github, GITLAB_CI: 'true', CI_JOB_URL: 'x' }).type).toBe('GITHUB_ACTION')
})

test.each([{}, { CI: 'true' }, { CI: 'true', GITHUB_REPOSITORY: '', GITHUB_RUN_ID: '1' }])(
  'an unknown machine is generic: %j',
  (env) => {
    expect(detectRunner(env).type).toBe('RUNNER_TYPE_UNSPECIFIED')
    expect(detectRunner(env).runUrl(env)).toBe('')
  },
)

test('what the runner and the contract ask for is captured, and nothing else', () => {
  const env = { ...github, GITHUB_HEAD_REF: '', TIER: 'gold', SECRET: 'x' }
  const { CI: _, ...expected } = { ...github, TIER: 'gold' }

  expect(captureVariables(env, detectRunner(env), ['TIER'])).toEqual({ env: expected, missing: [] })
})

test('every required variable that is missing is named once', () => {
  const env = { CI: 'true', GITHUB_REPOSITORY: 'acme/web', GITHUB_RUN_ID: '17', RUNNER_OS: '' }
  const captured = captureVariables(env, detectRunner(env), ['TIER', 'TIER', 'constructor'])

  expect(captured.missing).toEqual([
    'GITHUB_ACTOR',
    'GITHUB_REF',
    'GITHUB_REPOSITORY_OWNER',
    'GITHUB_SHA',
    'RUNNER_NAME',
    'RUNNER_OS',
    'TIER',
    'constructor',
  ])
})

test('runner types have one number each', () => {
  for (const [name, number] of Object.entries(RUNNER_TYPE_NUMBERS)) {
    expect(runnerTypeOf(number)).toBe(name)
    expect(isRunnerType(name)).toBe(true)
  }
  expect(runnerTypeOf(10)).toBeUndefined()
  expect(isRunnerType('constructor')).toBe(false)
})
