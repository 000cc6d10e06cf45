// npm run words: checks spelling and forbidden words. Arguments: files or folders; without any, everything that is not
// listed in pending.txt.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { findForbidden } from './find.ts'

/** Generated, vendored or never edited again; and this command's own lists, whose purpose is to hold the words. */
const SKIPPED =
  /^generated\/|^docs\/reference\/|^schema\/migrations\/|package-lock\.json$|^THIRD_PARTY|^LICENSE$|^docs\/.*\.json$|\.png$|^scripts\/words\/(dictionaries\/|forbidden|pending)|^test\/words\//

const PENDING = new URL('pending.txt', import.meta.url)

const pending = existsSync(PENDING)
  ? readFileSync(PENDING, 'utf8')
      .split('\n')
      .filter((line) => /^[^#]/.test(line))
  : []
const paths = process.argv.slice(2)
const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...paths],
  { encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => file !== '' && existsSync(file) && !SKIPPED.test(file))
const checked =
  paths.length > 0 ? files : files.filter((file) => !pending.some((path) => file.startsWith(path)))

let failures = 0
for (const file of checked) {
  for (const { line, column, text, instead } of findForbidden(file, readFileSync(file, 'utf8'))) {
    console.error(`${file}:${line}:${column} - Forbidden: "${text}". Instead: ${instead}.`)
    failures++
  }
}

const spelling = spawnSync('cspell', ['lint', '--no-progress', '--no-summary', '--file-list', 'stdin'], {
  input: checked.join('\n'),
  stdio: ['pipe', 'inherit', 'inherit'],
})
if (spelling.error) throw spelling.error
if (spelling.status !== 0) console.error('Fix the spelling, or add the word to scripts/words/dictionaries/.')

if (failures > 0 || spelling.status !== 0) process.exitCode = 1
else console.log(`${checked.length} files checked, ${files.length - checked.length} pending.`)
