import { inspect } from 'node:util'
import pc from 'picocolors'

/** Prints the heading of a chapter. */
export function chapter(title: string): void {
  console.log(`\n${pc.bold(pc.cyan(`── ${title} ${'─'.repeat(Math.max(2, 68 - title.length))}`))}`)
}

/** Prints lines of code. */
export function code(text: string): void {
  console.log(text.replace(/^/gm, pc.dim('  › ')))
}

/** Prints the result of the code above. */
export function result(value: unknown): void {
  const text =
    typeof value === 'string' ? value : inspect(value, { colors: pc.isColorSupported, breakLength: 100 })
  console.log(text.replace(/^/gm, '    '))
}

/** Prints a line of text. */
export function say(text: string): void {
  console.log(text)
}

/** Runs a step and prints its outcome and duration. */
export async function timed<T>(
  step: string,
  work: () => Promise<T>,
  outcome: (value: T) => string,
): Promise<T> {
  const started = performance.now()
  const value = await work()
  console.log(`  ${step}: ${outcome(value)} ${pc.dim(`(${Math.round(performance.now() - started)} ms)`)}`)
  return value
}
