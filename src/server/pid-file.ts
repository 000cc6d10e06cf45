import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandOf } from './processes.ts'

/** The contents of postmaster.pid, which a running server writes into its data directory. */
export interface PidFile {
  /** 0 if there is no such file. */
  readonly pid: number
  readonly port: number
  readonly isReady: boolean
}

/** Reads postmaster.pid. */
export function readPidFile(dataDirectory: string): PidFile {
  const lines = readText(join(dataDirectory, 'postmaster.pid')).split('\n')
  return { pid: Number(lines[0]), port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' }
}

/** Whether the process is the server of that directory. Its process ID may have been reused. */
export function isServerOf(dataDirectory: string, pid: number): boolean {
  return pid > 0 && commandOf(pid).includes(dataDirectory)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
