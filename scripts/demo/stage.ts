import { inspect } from 'node:util'
import pc from 'picocolors'

export function chapter(title: string): void {
  console.log(`\n${pc.bold(pc.cyan(`── ${title} ${'─'.repeat(Math.max(2, 68 - title.length))}`))}`)
}

export function code(text: string): void {
  console.log(text.replace(/^/gm, pc.dim('  › ')))
}

export function result(value: unknown): void {
  const text =
    typeof value === 'string' ? value : inspect(value, { colors: pc.isColorSupported, breakLength: 100 })
  console.log(text.replace(/^/gm, '    '))
}

export function say(text: string): void {
  console.log(text)
}

/** Does a thing, then tells what came of it and how long it took. */
export async function timed<T>(
  doing: string,
  work: () => Promise<T>,
  outcome: (value: T) => string,
): Promise<T> {
  const started = performance.now()
  const value = await work()
  console.log(`  ${doing}: ${outcome(value)} ${pc.dim(`(${Math.round(performance.now() - started)} ms)`)}`)
  return value
}
