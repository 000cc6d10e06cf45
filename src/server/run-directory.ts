import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { stopWhenInterrupted } from './interruption.ts'
import { isServerOf, readPidFile } from './pid-file.ts'
import { isAlive, thisProcess } from './processes.ts'

/** A directory of this process. It is removed, and its server stopped, when the process exits; after kill -9, at the next start. */
export interface RunDirectory {
  readonly path: string
  /** The path for the data directory. */
  readonly data: string
  remove(): void
}

const NAME = /^run-(\d+)-(\d+)-/

/** Milliseconds to wait until a server stops. */
const PATIENCE = 5_000

/** Creates a directory for this process under `root`. */
export function makeRunDirectory(root: string): RunDirectory {
  const { pid, startTime } = thisProcess()
  const path = join(root, `run-${pid}-${startTime}-${randomBytes(4).toString('hex')}`)
  mkdirSync(path, { mode: 0o755 })
  const remove = () => {
    process.off('exit', remove)
    release()
    removeRun(path)
  }
  const release = stopWhenInterrupted(remove)
  // This event also follows an uncaught error and process.exit(); asynchronous work is not possible in it.
  process.on('exit', remove)
  return { path, data: join(path, 'data'), remove }
}

/** Removes the directories of killed runs and stops their servers. */
export function sweepRuns(root: string): void {
  for (const name of readdirSync(root)) {
    const [, pid, startTime] = NAME.exec(name) ?? []
    if (pid && !isAlive({ pid: Number(pid), startTime: Number(startTime) })) removeRun(join(root, name))
  }
}

function removeRun(path: string): void {
  stopServerIn(join(path, 'data'))
  rmSync(path, { recursive: true, force: true, maxRetries: 5 })
}

function stopServerIn(dataDirectory: string): void {
  const { pid } = readPidFile(dataDirectory)
  const isRunning = () => isServerOf(dataDirectory, pid)
  if (!isRunning()) return
  process.kill(pid, process.platform === 'win32' ? 'SIGKILL' : 'SIGQUIT')
  for (const deadline = Date.now() + PATIENCE; isRunning() && Date.now() < deadline; ) pause(5)
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
