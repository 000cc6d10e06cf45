// npm run docs: writes the generated pages of docs/. With --check it changes nothing.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { createTwoFilesPatch } from 'diff'
import pc from 'picocolors'
import { architecturePage } from './architecture.ts'
import { commandsPage } from './commands.ts'
import { decisionsPage } from './decisions.ts'
import { referencePages } from './reference.ts'
import { verifyPage } from './verify.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const program = new Command('npm run docs --')
  .description(
    'Writes the pages of docs/ that are generated: the reference, the index of decisions, the diagram.',
  )
  .option('--check', 'change nothing; show as a diff what is out of date, and exit 1')
  .addHelpText('after', '\nExit codes: 0 done; 1 out of date (--check); 2 invalid usage.')
program.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
const { check } = program.parse().opts<{ check?: true }>()

const pages = await Promise.all([
  referencePages(ROOT),
  commandsPage(ROOT),
  decisionsPage(ROOT),
  architecturePage(ROOT),
  verifyPage(ROOT),
])

let changes = 0
for (const [path, text] of pages.flatMap((group) => Object.entries(group))) {
  const before = await readFile(join(ROOT, path), 'utf8').catch(() => '')
  if (before === text) continue
  changes += 1
  if (check) console.log(createTwoFilesPatch(path, path, before, text, undefined, undefined, { context: 1 }))
  else await writeFile(join(ROOT, path), text)
  console.log(`${check ? pc.red('✗ out of date:') : pc.green('✓')} ${path}`)
}
if (changes === 0) console.log(`${pc.green('✓')} The generated pages of docs/ are up to date.`)
else if (check) {
  console.log('Run `npm run docs` and commit the result.')
  process.exitCode = 1
}
