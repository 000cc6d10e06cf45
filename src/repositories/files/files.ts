import type { Connection } from '../../connection/index.ts'
import type { FileStore } from './file-store.ts'

/** A file that could not be deleted from the file store. */
export interface FileErrorEvent {
  /** The file's key. */
  readonly key: string
  /** The error of the file store. */
  readonly error: unknown
}

export type FileErrorListener = (event: FileErrorEvent) => void

/** Number of files that are deleted at the same time. */
const PARALLEL = 8

/** The file store of a database, and the listeners that its errors are reported to. */
export class Files {
  readonly store: FileStore | undefined
  readonly #listeners = new Set<FileErrorListener>()

  constructor(store: FileStore | undefined) {
    this.store = store
  }

  /** Whether files can be deleted, so that looking for them is worth a query. */
  get canDelete(): boolean {
    return this.store?.delete !== undefined
  }

  /** Calls `listener` for each file that could not be deleted; returns the function that ends it. */
  on(listener: FileErrorListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Deletes files once the deletion of what referred to them is committed. Never throws. */
  async deleteAfterCommit(connection: Connection, keys: readonly string[]): Promise<void> {
    if (keys.length === 0 || !this.canDelete) return
    await connection.afterCommit(() => this.delete(keys))
  }

  /** Deletes files, a few at a time. Never throws. */
  async delete(keys: readonly string[]): Promise<void> {
    if (!this.canDelete) return
    const left = keys.values()
    const worker = async () => {
      for (const key of left) await this.#delete(key)
    }
    await Promise.all(Array.from({ length: Math.min(PARALLEL, keys.length) }, worker))
  }

  async #delete(key: string): Promise<void> {
    try {
      await this.store?.delete?.(key)
    } catch (error) {
      for (const listener of this.#listeners) report(listener, { key, error })
    }
  }
}

/** The error of a listener is reported as uncaught: the deletion is committed. */
function report(listener: FileErrorListener, event: FileErrorEvent): void {
  try {
    listener(event)
  } catch (failure) {
    queueMicrotask(() => {
      throw failure
    })
  }
}
