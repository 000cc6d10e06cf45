import pc from 'picocolors'
import { ProtectedDatabaseError } from '../admin/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { explainInterrupt, INTERRUPTED, InterruptedError } from './interrupt.ts'

export interface Output {
  json?: boolean | undefined
}

/**
 * Runs a command and prints its result: text, or one JSON object. An error is printed in the same form, and ends the
 * process with exit code 1. `interrupted` says what a signal such as Ctrl-C leaves behind; null for a command that waits for
 * signals itself.
 */
export async function perform<T extends object>(
  { json }: Output,
  work: () => Promise<T>,
  report: (result: T) => string,
  interrupted: string | null = 'The command did not finish.',
): Promise<void> {
  const finish = interrupted === null ? () => {} : explainInterrupt(interrupted)
  try {
    const result = await work()
    const text = json ? JSON.stringify(result, null, 2) : report(result)
    if (text !== '') console.log(text)
  } catch (error) {
    if ((error as Error).name === 'ExitPromptError') {
      process.exitCode = INTERRUPTED
      console.error(`${pc.red('✗')} Canceled. No changes were made.`)
      return
    }
    if (error instanceof InterruptedError) {
      console.error(`\n${pc.red('✗')} ${error.message}`)
      process.exit(error.exitCode)
    }
    process.exitCode = 1
    if (json) console.log(JSON.stringify({ error: jsonOf(error) }, null, 2))
    else console.error(`${pc.red('✗')} ${messageOf(error)}`)
  } finally {
    finish()
  }
}

/** Prints a note for people on stderr; it is not part of the result. */
export function note({ json }: Output, words: string): void {
  if (!json) console.error(pc.dim(words))
}

/** Runs a command, and again with the database's name if the guard asks for it and a person types it. */
export async function confirmed<T>({ json }: Output, work: (confirm?: string) => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const mayAsk = error instanceof ProtectedDatabaseError && error.canConfirm
    if (!mayAsk || json || !process.stdin.isTTY || !process.stderr.isTTY) throw error
    const { default: input } = await import('@inquirer/input')
    const typed = await input(
      { message: `${error.message}\nType the name of the database to continue:` },
      { output: process.stderr },
    )
    return work(typed)
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof InvalidInputError) return `${flagOf(error.field)} ${error.reason}.`
  return error.name === 'Error' || error.name === 'TypeError' ? (error.stack ?? error.message) : error.message
}

function jsonOf(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message, cause, stack, ...rest } = error
  return { name: error.name, message: error.message, ...rest }
}

/** `--lock-timeout` for `lockTimeout`; variables and flags keep their names. */
function flagOf(field: string): string {
  if (/^(--|[A-Z_]{2})/.test(field)) return field
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
