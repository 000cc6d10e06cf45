import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BANNER, type Pages } from './page.ts'

const run = promisify(execFile)

interface Program {
  readonly file: string
  /** How a developer calls it; `*` stands for the name of a subcommand. */
  readonly call: string
}

const OF_SERVICES: Program = { file: 'src/cli.ts', call: 'npx norberts-spark-db *' }
const OF_REPOSITORY: readonly Program[] = [
  { file: 'scripts/generate/main.ts', call: 'npm run generate' },
  { file: 'scripts/new/main.ts', call: 'npm run new -- *' },
  { file: 'scripts/migrations/main.ts', call: 'npm run db:*' },
  { file: 'scripts/docs/main.ts', call: 'npm run docs' },
]

/** Every command with its options, as its own `--help` prints them. */
export async function commandsPage(root: string): Promise<Pages> {
  const present = OF_REPOSITORY.filter(({ file }) => existsSync(join(root, file)))
  const [services, ...repository] = await Promise.all(
    [OF_SERVICES, ...present].map((program) => sectionsOf(root, program)),
  )
  return {
    'docs/reference/commands.md': `${BANNER}

# Commands

Exit codes, unless the help of a command says otherwise: 0 done; 1 not done, or differences found; 2 invalid usage.

## Commands of the package

In a service: \`npx norberts-spark-db <command>\`. In this repository: \`npm run db:<command> -- [options]\`.

${services?.join('\n\n')}

## Commands of this repository

They are not part of the package. Options of an npm script follow \`--\`.

${repository.flat().join('\n\n')}
`,
  }
}

/** One section for a program without subcommands, otherwise one for each of them. */
async function sectionsOf(root: string, { file, call }: Program): Promise<string[]> {
  const text = await help(root, file)
  const names = [...(text.split('\nCommands:\n')[1] ?? '').matchAll(/^ {2}([a-z-]+)/gm)]
    .map(([, name]) => name as string)
    .filter((name) => name !== 'help')
  if (names.length === 0) return [section(call, text)]
  const helps = await Promise.all(names.map((name) => help(root, file, name)))
  return names.map((name, index) => section(call.replace('*', name), helps[index] as string))
}

const section = (call: string, text: string) => `### \`${call}\`\n\n\`\`\`text\n${text.trim()}\n\`\`\``

async function help(root: string, file: string, ...names: string[]): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '100' }
  const { stdout } = await run(process.execPath, [file, ...names, '--help'], { cwd: root, env })
  return stdout
}
