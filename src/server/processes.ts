import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Identifies a process even after its process ID has been reused. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks between the boot of the machine and the start of the process; 0 if there is no /proc. */
  readonly startTime: number
}

/** The identity of this process. */
export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startTime: readStat(process.pid)?.startTime ?? 0 }
}

/** Whether the process is still running. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Any other error means that it is running as another user.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const found = readStat(pid)
  // A zombie remains until its parent waits for it, which in a container may never happen.
  if (found?.state === 'Z') return false
  return startTime === 0 || found === undefined || found.startTime === startTime
}

/** The command line of a process; empty if there is none. */
export function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

function readStat(pid: number): { state: string; startTime: number } | undefined {
  try {
    // The second field, the name, may contain spaces and parentheses. The next field follows the last parenthesis.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { state: fields[0] ?? '', startTime: Number(fields[19]) }
  } catch {
    return undefined
  }
}
