import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'

const SQUAWK = createRequire(import.meta.url).resolve('squawk-cli/js/bin/squawk')

/** Said already otherwise: the tool sets timeouts itself, and has its own transactions. */
const EXCLUDED = [
  'prefer-robust-stmts',
  'require-timeout-settings',
  'transaction-nesting',
  'ban-concurrent-index-creation-in-transaction',
  'prefer-text-field',
  'prefer-bigint-over-int',
  'prefer-identity',
]

/** The statements that block readers and writers, according to squawk. */
export function lint(path: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const args = [SQUAWK, '--reporter', 'json', '--exclude', EXCLUDED.join(','), path]
    execFile(process.execPath, args, (error, stdout, stderr) => {
      // It ends with 1 when it has found something.
      if (error && stdout.trim() === '') return reject(new Error(stderr || error.message))
      const found = JSON.parse(stdout || '[]') as {
        line: number
        rule_name: string
        message?: string
        messages?: unknown[]
      }[]
      resolve(
        found.map(
          ({ line, rule_name, message }) => `line ${line + 1}: ${rule_name}${message ? `: ${message}` : ''}`,
        ),
      )
    })
  })
}
