import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandOf } from './processes.ts'

/** What a running server says of itself in its data directory. */
export interface PidFile {
  /** 0 where there is none. */
  readonly pid: number
  readonly port: number
  readonly isReady: boolean
}

export function readPidFile(dataDirectory: string): PidFile {
  const lines = readText(join(dataDirectory, 'postmaster.pid')).split('\n')
  return { pid: Number(lines[0]), port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' }
}

/** Whether the process is the server of that directory: its number may belong to another one by now. */
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
