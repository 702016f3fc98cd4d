import { defineCommand } from '../../core/command.ts'
import { EXIT, Refused } from '../../core/exit.ts'
import { text } from '../../core/view.ts'
import { reportOptions, writeReports } from '../../reports/report.ts'

export const policyLint = defineCommand({
  name: 'policy develop lint',
  summary: 'Check a policy and its scripts without a server',
  details:
    'Ends with exit code 1 when something is wrong; warnings count with --strict. A comment `# regal ignore:rule` keeps a rule silent.',
  options: {
    policy: {
      type: 'string',
      short: 'p',
      placeholder: 'path',
      default: 'policy.yaml',
      help: 'the policy',
      positional: true,
    },
    strict: { type: 'boolean', help: 'end with exit code 1 for warnings, too' },
    ...reportOptions,
  },
  examples: [
    'chainloop policy develop lint fresh.yaml',
    'chainloop policy develop lint fresh.yaml --sarif lint.sarif',
  ],

  async run(_session, { policy, strict = false, ...reports }) {
    const { lintPolicy } = await import('@chainloop/sdk/policies/lint-policy')
    const findings = await lintPolicy(policy)
    const broken = findings.filter(({ level }) => strict || level === 'error')
    await writeReports(reports, {
      results: findings,
      cases: [
        {
          suite: 'lint',
          name: policy,
          outcome: broken.length > 0 ? 'failed' : 'passed',
          reasons: broken.map(({ message }) => message),
        },
      ],
    })
    return { policy, findings, valid: broken.length === 0 }
  },

  view: ({ policy, findings, valid }) => [
    text(
      ...findings.map(({ file, row, column, level, rule, message, fix }) => {
        const at = [file, row, column].filter((part) => part !== undefined).join(':')
        const name = level === 'error' ? '' : ` [${rule}]`
        return `${at}: ${level}${name}: ${message}${fix === undefined ? '' : `; ${fix}`}`
      }),
      ...(valid ? [`${policy}: valid`] : []),
    ),
  ],

  exit: ({ policy, valid }) =>
    valid
      ? undefined
      : { code: EXIT.failed, error: new Refused(`${policy} is not a valid policy`) },
})
