import { constants } from 'node:os'
import pc from 'picocolors'

/** Signals that end a command: Ctrl-C, `kill`, and a terminal that is closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Signal = (typeof SIGNALS)[number]

/** The exit code of a command that a signal ended, as shells expect it: 128 and the number of the signal. */
const exitCodeOf = (signal: Signal): number => 128 + constants.signals[signal]

/** The exit code of a command that Ctrl-C ended. */
export const INTERRUPTED = exitCodeOf('SIGINT')

/** Shows the cursor and wraps lines: a bar of progress switches both off. */
const RESTORE = '\x1b[?25h\x1b[?7h'

/** Thrown by a command that has cleaned up after a signal. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
  readonly exitCode: number

  constructor(signal: Signal, state: string) {
    super(`Interrupted. ${state}`)
    this.exitCode = exitCodeOf(signal)
  }
}

/**
 * Ends the process at a signal with the terminal as it was, and says what the database is like then. Returns a function that
 * ends this.
 */
export function explainInterrupt(state: string): () => void {
  return onSignal((signal) => {
    if (process.stderr.isTTY) process.stderr.write(RESTORE)
    console.error(`\n${pc.red('✗')} Interrupted. ${state}`)
    process.exit(exitCodeOf(signal))
  })
}

/** Resolves at the next signal; a second one ends the process as usual. */
export function nextSignal(): Promise<Signal> {
  return new Promise((resolve) => {
    const finish = onSignal((signal) => {
      finish()
      resolve(signal)
    })
  })
}

function onSignal(listener: (signal: Signal) => void): () => void {
  for (const signal of SIGNALS) process.once(signal, listener)
  return () => {
    for (const signal of SIGNALS) process.off(signal, listener)
  }
}
