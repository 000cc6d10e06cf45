import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Which process owns something, even after its number has gone to another one. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks between the machine's boot and the process's start; 0 where there is no /proc to tell. */
  readonly startTime: number
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startTime: readStat(process.pid)?.startTime ?? 0 }
}

export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Any other error says that it lives and is somebody else's.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const found = readStat(pid)
  // A zombie stays for as long as its parent does not ask after it, in a container perhaps for ever.
  if (found?.state === 'Z') return false
  return startTime === 0 || found === undefined || found.startTime === startTime
}

/** The command line, empty when there is no such process. */
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
    // The second field, the name, may hold spaces and brackets: what follows it starts after the last bracket.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { state: fields[0] ?? '', startTime: Number(fields[19]) }
  } catch {
    return undefined
  }
}
