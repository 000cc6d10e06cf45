import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MigrationFile } from './migration-text.ts'

/** A folder of migration files, which is removed at the end, also at that of a process which a signal ends. */
export class TemporaryFolder implements Disposable {
  readonly path: string
  readonly #remove = () => rmSync(this.path, { recursive: true, force: true })

  private constructor(path: string) {
    this.path = path
    process.once('exit', this.#remove)
  }

  static async create(): Promise<TemporaryFolder> {
    return new TemporaryFolder(await mkdtemp(join(tmpdir(), 'migrations-')))
  }

  /** Adds files. */
  async write(files: readonly Pick<MigrationFile, 'name' | 'sql'>[]): Promise<void> {
    for (const { name, sql } of files) await writeFile(join(this.path, name), sql)
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#remove)
    this.#remove()
  }
}
