import pc from 'picocolors'
import { ProtectedDatabaseError } from '../admin/index.ts'
import { InvalidInputError } from '../errors/index.ts'

export interface Output {
  json?: boolean | undefined
}

/**
 * Runs a command and prints what came of it: words, or one JSON object. An error is one too, and ends the process with
 * exit code 1.
 */
export async function perform<T extends object>(
  { json }: Output,
  work: () => Promise<T>,
  report: (result: T) => string,
): Promise<void> {
  try {
    const result = await work()
    console.log(json ? JSON.stringify(result, null, 2) : report(result))
  } catch (error) {
    process.exitCode = 1
    if (json) console.log(JSON.stringify({ error: jsonOf(error) }, null, 2))
    else console.error(`${pc.red('✗')} ${wordsOf(error)}`)
  }
}

/** Words for those who look on; not part of the result. */
export function note({ json }: Output, words: string): void {
  if (!json) console.error(pc.dim(words))
}

/** Runs a command, once more with the database's name if it is asked for and somebody is there to type it. */
export async function confirmed<T>({ json }: Output, work: (confirm?: string) => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const mayAsk = error instanceof ProtectedDatabaseError && error.canConfirm
    if (!mayAsk || json || !process.stdin.isTTY || !process.stderr.isTTY) throw error
    const { default: input } = await import('@inquirer/input')
    const typed = await input(
      { message: `${error.message}\nType the name of the database to go on:` },
      { output: process.stderr },
    )
    return work(typed)
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof InvalidInputError) return `${flagOf(error.field)} ${error.reason}.`
  return error.name === 'Error' || error.name === 'TypeError' ? (error.stack ?? error.message) : error.message
}

function jsonOf(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message, cause, stack, ...rest } = error
  return { name: error.name, message: error.message, ...rest }
}

/** `--lock-timeout` of `lockTimeout`. */
const flagOf = (field: string) => `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
