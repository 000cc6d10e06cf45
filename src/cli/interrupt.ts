import pc from 'picocolors'

/** The exit code of a command that Ctrl-C ended, as shells expect it: 128 and the number of the signal. */
export const INTERRUPTED = 130

/** Shows the cursor and wraps lines: a bar of progress switches both off. */
const RESTORE = '\x1b[?25h\x1b[?7h'

/**
 * Ends the process at Ctrl-C with the terminal as it was, and says what the database is like then. Returns a function that
 * ends this.
 */
export function explainInterrupt(state: string): () => void {
  const onInterrupt = () => {
    if (process.stderr.isTTY) process.stderr.write(RESTORE)
    console.error(`\n${pc.red('✗')} Interrupted. ${state}`)
    process.exit(INTERRUPTED)
  }
  process.once('SIGINT', onInterrupt)
  return () => process.off('SIGINT', onInterrupt)
}
