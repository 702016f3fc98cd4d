import type { OptionSpec } from '../../core/command.ts'

export const kind = {
  type: 'string',
  choices: ['policy', 'group'],
  help: 'what it is (default: a policy, or a group where there is no policy of that name)',
} as const satisfies OptionSpec

export const allowOutsideFiles = {
  type: 'boolean',
  help: 'also send files that the document refers to outside of its own folder',
} as const satisfies OptionSpec

/** 0: as the server finds it. */
export async function kindNumber(typed: string | undefined): Promise<0 | 1 | 2> {
  const { policyKind } = await import('@chainloop/sdk/model/policy')
  const known = policyKind.names.find((name) => name === typed)
  return known === undefined ? 0 : policyKind.numberOf(known)
}
