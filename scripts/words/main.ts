// npm run words: checks spelling and forbidden words. Arguments: files or folders; without any, all files.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { findForbidden } from './find.ts'

/** Generated, vendored or never edited again; and this command's own lists, whose purpose is to hold the words. */
const SKIPPED =
  /^generated\/|^docs\/reference\/|^schema\/migrations\/|package-lock\.json$|^THIRD_PARTY|^LICENSE$|^docs\/.*\.json$|\.png$|^scripts\/words\/(dictionaries\/|forbidden)|^test\/words\//

const paths = process.argv.slice(2)
const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...paths],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => file !== '' && existsSync(file) && !SKIPPED.test(file))

let failures = 0
for (const file of files) {
  for (const { line, column, text, instead } of findForbidden(file, readFileSync(file, 'utf8'))) {
    console.error(`${file}:${line}:${column} - Forbidden: "${text}". Instead: ${instead}.`)
    failures++
  }
}

const spelling = spawnSync('cspell', ['lint', '--no-progress', '--no-summary', '--file-list', 'stdin'], {
  input: files.join('\n'),
  stdio: ['pipe', 'inherit', 'inherit'],
})
if (spelling.error) throw spelling.error
if (spelling.status !== 0) console.error('Fix the spelling, or add the word to scripts/words/dictionaries/.')

if (failures > 0 || spelling.status !== 0) process.exitCode = 1
else console.log(`${files.length} files checked.`)
