// cspell:ignore compdef
import { Argument, type Command } from 'commander'

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description(
      'print a script that completes commands and options in a shell: source <(norberts-spark-db completion bash)',
    )
    .addArgument(new Argument('<shell>').choices(Object.keys(SCRIPTS)))
    .action((shell: keyof typeof SCRIPTS) => console.log(SCRIPTS[shell](program)))
}

/** The words that may follow: the commands, or the options and choices of one. */
interface Words {
  readonly name: string
  readonly description: string
  readonly words: readonly { readonly word: string; readonly description: string }[]
}

function wordsOf(program: Command): Words[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: firstLine(command.description()),
    words: [
      ...command.registeredArguments.flatMap(({ argChoices = [] }) =>
        argChoices.map((word) => ({ word, description: '' })),
      ),
      ...command.options.flatMap(({ long, description }) =>
        long ? [{ word: long, description: firstLine(description) }] : [],
      ),
      { word: '--help', description: 'display help for command' },
    ],
  }))
}

const firstLine = (text: string) => text.split(/[:;\n]/)[0] ?? ''
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

const SCRIPTS = {
  bash: (program: Command) => {
    const commands = wordsOf(program)
    const cases = commands.map(
      ({ name, words }) => `    ${name}) words='${words.map(({ word }) => word).join(' ')}' ;;`,
    )
    return `_norberts_spark_db() {
  local words='${commands.map(({ name }) => name).join(' ')} --help --version'
  if [ "$COMP_CWORD" -gt 1 ]; then case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words= ;;
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _norberts_spark_db norberts-spark-db`
  },
  zsh: (program: Command) => {
    const described = (word: string, description: string) =>
      quoted(`${word.replaceAll(':', '\\:')}:${description.replaceAll(':', ' ')}`)
    const commands = wordsOf(program)
    const cases = commands.map(
      ({ name, words }) =>
        `    ${name}) found=(${words.map(({ word, description }) => described(word, description)).join(' ')}) ;;`,
    )
    return `#compdef norberts-spark-db
_norberts_spark_db() {
  local -a found
  local command=$words[2]
  if (( CURRENT == 2 )); then
    found=(${commands.map(({ name, description }) => described(name, description)).join(' ')})
  else case $command in
${cases.join('\n')}
  esac; fi
  _describe command found
}
compdef _norberts_spark_db norberts-spark-db`
  },
  fish: (program: Command) => {
    const commands = wordsOf(program)
    const lines = commands.flatMap(({ name, description, words }) => [
      `complete -c norberts-spark-db -f -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
      ...words.map(({ word, description: text }) => {
        const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`
        return `complete -c norberts-spark-db -n '__fish_seen_subcommand_from ${name}' ${what} -d ${quoted(text)}`
      }),
    ])
    return lines.join('\n')
  },
}
