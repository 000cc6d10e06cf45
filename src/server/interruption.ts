import { constants } from 'node:os'

/** Signals whose default action ends the process without an `exit` event. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const stops = new Set<() => unknown>()

/**
 * Calls `stop` when a signal ends the process, which then exits with the usual code (130 for Ctrl-C).
 *
 * @returns a function that cancels this.
 */
export function stopWhenInterrupted(stop: () => unknown): () => void {
  if (stops.size === 0) for (const signal of SIGNALS) process.on(signal, end)
  stops.add(stop)
  return () => {
    stops.delete(stop)
    if (stops.size === 0) for (const signal of SIGNALS) process.off(signal, end)
  }
}

async function end(signal: (typeof SIGNALS)[number]): Promise<void> {
  await Promise.allSettled([...stops].map(async (stop) => stop()))
  process.exit(128 + constants.signals[signal])
}
