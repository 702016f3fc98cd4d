import { defineCommand } from '../../core/command.ts'
import { EXIT, Refused } from '../../core/exit.ts'
import { text } from '../../core/view.ts'

export const policyLint = defineCommand({
  name: 'policy develop lint',
  summary: 'Check a policy and its scripts without a server',
  details: 'Ends with exit code 1 when something is wrong; warnings do not count.',
  options: {
    policy: {
      type: 'string',
      short: 'p',
      placeholder: 'path',
      default: 'policy.yaml',
      help: 'the policy',
      positional: true,
    },
  },
  examples: ['chainloop policy develop lint fresh.yaml'],

  async run(_session, { policy }) {
    const { lintPolicy } = await import('@chainloop/sdk/policies/lint-policy')
    return { policy, ...(await lintPolicy(policy)) }
  },

  view: ({ policy, problems, warnings }) => [
    text(
      ...problems.map((problem) => `${policy}: ${problem}`),
      ...warnings.map((warning) => `${policy}: warning: ${warning}`),
      ...(problems.length === 0 ? [`${policy}: valid`] : []),
    ),
  ],

  exit: ({ policy, problems }) =>
    problems.length === 0
      ? undefined
      : { code: EXIT.failed, error: new Refused(`${policy} is not a valid policy`) },
})
