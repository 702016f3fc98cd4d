import { Refused } from './exit.ts'
import type { Session } from './session.ts'

/** Asks before something that cannot be undone. `--yes` answers; without a terminal nobody can. */
export async function confirm({ flags, io }: Session, question: string): Promise<void> {
  if (flags.yes === true) return
  const answer = await io.ask(`${question} [y/N] `)
  if (answer === undefined) {
    throw new Refused(`not confirmed: ${question}`, 'there is no terminal to ask on; say --yes')
  }
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new Refused('not confirmed')
}
