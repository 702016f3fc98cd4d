import type { Command } from '../../core/command.ts'
import { GLOBAL_OPTIONS } from '../../core/global-options.ts'
import { kebab } from '../../core/option-values.ts'

interface Word {
  readonly word: string
  readonly help: string
}

type Words = ReadonlyMap<string, readonly Word[]>

/** Which words may follow the words that were typed: verbs after nouns, options after verbs. */
export function completionWords(commands: readonly Command[]): Words {
  const words = new Map<string, Word[]>()
  const add = (path: string, word: Word): void => {
    const known = words.get(path) ?? []
    if (!known.some((one) => one.word === word.word)) words.set(path, [...known, word])
  }
  for (const { name, summary, options } of commands) {
    const parts = name.split(' ')
    for (const [depth, part] of parts.entries()) {
      const help = depth === parts.length - 1 ? summary : ''
      add(parts.slice(0, depth).join(' '), { word: part, help })
    }
    for (const [key, { help }] of Object.entries({ ...options, ...GLOBAL_OPTIONS })) {
      add(name, { word: `--${kebab(key)}`, help })
    }
  }
  return words
}

/** Bash reads the words before the cursor up to the first option. */
export function bashScript(words: Words): string {
  const cases = [...words].map(
    ([path, list]) => `    "${path}") words="${list.map(({ word }) => word).join(' ')}" ;;`,
  )
  return [
    '_chainloop() {',
    '  local path="" words="" i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    [[ ${COMP_WORDS[i]} == -* ]] && break',
    '    path="${path:+$path }${COMP_WORDS[i]}"',
    '  done',
    '  case "$path" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _chainloop chainloop',
    '',
  ].join('\n')
}

/** Zsh understands the completions of bash. */
export function zshScript(words: Words): string {
  return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(words)}`
}

export function fishScript(words: Words): string {
  const lines = [...words].flatMap(([path, list]) =>
    list.map(({ word, help }) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`
      return `complete -c chainloop -n '__chainloop_after "${path}"' ${what} -d '${help.replaceAll("'", "\\'")}'`
    }),
  )
  return [
    'function __chainloop_after',
    '  set -l typed (commandline -opc)[2..]',
    "  set -l path (string match --invert -r '^-' -- $typed | string join ' ')",
    '  test "$path" = "$argv[1]"',
    'end',
    ...lines,
    '',
  ].join('\n')
}
