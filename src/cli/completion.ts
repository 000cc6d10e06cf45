// cspell:ignore compdef compset IPREFIX
import { Argument, type Command } from 'commander'

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description(
      'print a script that completes commands and options in a shell: source <(npx norberts-spark-db completion bash)',
    )
    .addArgument(new Argument('<shell>').choices(Object.keys(SCRIPTS)))
    .action((shell: keyof typeof SCRIPTS) => console.log(SCRIPTS[shell](program)))
}

/** The words that may follow a command, and the values of its options. */
interface Words {
  readonly name: string
  readonly description: string
  readonly words: readonly Word[]
  /** Options that take a value: its choices, or none where it is any text or a file. */
  readonly values: readonly { readonly option: string; readonly choices: readonly string[] }[]
}

interface Word {
  readonly word: string
  readonly description: string
}

const HELP: Word = { word: '--help', description: 'display help for command' }

function wordsOf(program: Command): Words[] {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: firstLine(command.description()),
    words: [
      ...command.registeredArguments.flatMap(({ argChoices = [] }) =>
        argChoices.map((word) => ({ word, description: '' })),
      ),
      ...command.options.flatMap(({ long, description }) =>
        long ? [{ word: long, description: firstLine(description) }] : [],
      ),
      HELP,
    ],
    values: command.options.flatMap(({ long, required, optional, argChoices = [] }) =>
      long && (required || optional) ? [{ option: long, choices: argChoices }] : [],
    ),
  }))
  const names = commands.map(({ name, description }) => ({ word: name, description }))
  return [...commands, { name: 'help', description: HELP.description, words: names, values: [] }]
}

const firstLine = (text: string) => text.split(/[:;\n]/)[0] ?? ''
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** The branches of a `case` on the command and the option before the cursor. */
const branches = (commands: readonly Words[], branch: (choices: readonly string[]) => string) =>
  commands
    .flatMap(({ name, values }) =>
      values.map(({ option, choices }) => `    '${name} ${option}') ${branch(choices)} ;;`),
    )
    .join('\n')

const SCRIPTS = {
  bash: (program: Command) => {
    const commands = wordsOf(program)
    const cases = commands.map(
      ({ name, words }) => `    ${name}) words='${words.map(({ word }) => word).join(' ')}' ;;`,
    )
    return `_norberts_spark_db() {
  local words='${commands.map(({ name }) => name).join(' ')} --help --version'
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  if [ "$current" = = ]; then current=; fi
  if [ "$previous" = = ]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  if [ "$COMP_CWORD" -gt 1 ]; then case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words= ;;
  esac; fi
  if [[ "$current" != -* ]]; then case "\${COMP_WORDS[1]} $previous" in
${branches(commands, (choices) => `words='${choices.join(' ')}'`)}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _norberts_spark_db norberts-spark-db`
  },
  zsh: (program: Command) => {
    const described = ({ word, description }: Word) =>
      quoted(`${word.replaceAll(':', '\\:')}:${description.replaceAll(':', ' ')}`)
    const commands = wordsOf(program)
    const cases = commands.map(
      ({ name, words }) => `    ${name}) found=(${words.map(described).join(' ')}) ;;`,
    )
    return `#compdef norberts-spark-db
_norberts_spark_db() {
  local -a found
  local command=$words[2] previous=$words[CURRENT-1]
  if compset -P '--*='; then previous=\${IPREFIX%=}; fi
  if (( CURRENT == 2 )); then
    found=(${commands.map(({ name, description }) => described({ word: name, description })).join(' ')})
  else case $command in
${cases.join('\n')}
  esac; fi
  if [[ $PREFIX != -* ]]; then case "$command $previous" in
${branches(commands, (choices) => (choices.length > 0 ? `found=(${choices.join(' ')})` : '_files; return'))}
  esac; fi
  _describe command found
}
compdef _norberts_spark_db norberts-spark-db`
  },
  fish: (program: Command) => {
    const commands = wordsOf(program)
    const lines = commands.flatMap(({ name, description, words, values }) => [
      `complete -c norberts-spark-db -f -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
      ...words.map(({ word, description: text }) => {
        const value = values.find(({ option }) => option === word)
        const choices = value && (value.choices.length > 0 ? `-x -a '${value.choices.join(' ')}'` : '-r')
        const what = word.startsWith('--') ? `-l ${word.slice(2)} ${choices ?? ''}` : `-f -a ${word}`
        return `complete -c norberts-spark-db -n '__fish_seen_subcommand_from ${name}' ${what.trim()} -d ${quoted(text)}`
      }),
    ])
    return lines.join('\n')
  },
}
