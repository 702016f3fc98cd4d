import { defineCommand } from '../../core/command.ts'
import { EXIT, Refused } from '../../core/exit.ts'
import { table } from '../../core/view.ts'

export const policyTest = defineCommand({
  name: 'policy develop test',
  summary: 'Run the tests of a policy',
  details:
    'Rules whose names begin with test_ in the files *_test.rego beside the policy; each has to be true. Ends with exit code 1 when one is not.',
  options: {
    policy: {
      type: 'string',
      short: 'p',
      placeholder: 'path',
      default: 'policy.yaml',
      help: 'the policy',
    },
  },
  examples: ['chainloop policy develop test --policy fresh.yaml'],

  async run(_session, { policy }) {
    const { testPolicy } = await import('@chainloop/sdk/policies/test-policy')
    const tests = await testPolicy(policy)
    if (tests.length === 0) {
      throw new Refused(
        `${policy} has no tests`,
        'write rules test_… into a file *_test.rego beside it',
      )
    }
    return { tests }
  },

  view: ({ tests }) => [
    table(
      ['test', 'result', 'why'],
      tests.map(({ name, passed, reason }) => [name, passed ? 'passed' : 'failed', reason]),
      { empty: '' },
    ),
  ],

  exit({ tests }) {
    const failed = tests.filter(({ passed }) => !passed)
    if (failed.length === 0) return undefined
    return {
      code: EXIT.failed,
      error: new Refused(`${failed.length} of ${tests.length} tests failed`),
    }
  },
})
