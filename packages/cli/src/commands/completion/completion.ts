import { defineCommand, type Command } from '../../core/command.ts'
import { text } from '../../core/view.ts'
import { bashScript, completionWords, fishScript, zshScript } from './scripts.ts'

const SHELLS = {
  bash: {
    script: bashScript,
    install: 'chainloop completion bash > ~/.local/share/bash-completion/completions/chainloop',
  },
  zsh: { script: zshScript, install: 'chainloop completion zsh > ~/.chainloop-completion.zsh' },
  fish: {
    script: fishScript,
    install: 'chainloop completion fish > ~/.config/fish/completions/chainloop.fish',
  },
} as const

/** One command per shell; they complete the commands that they are given. */
export function completionCommands(commands: readonly Command[]): readonly Command[] {
  return Object.entries(SHELLS).map(([shell, { script, install }]) =>
    defineCommand({
      name: `completion ${shell}`,
      summary: `Print the completion of ${shell}`,
      options: {},
      examples: [install],
      run: async () => ({ shell, script: script(completionWords(commands)) }),
      view: (result) => [text(result.script.trimEnd())],
    }),
  )
}
