import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createTwoFilesPatch } from 'diff'
import { NewError } from './error.ts'

/** Files to write. They are read and changed in memory, and written together at the end. */
export class Changes {
  readonly #root: string
  readonly #before = new Map<string, string | undefined>()
  readonly #after = new Map<string, string>()

  constructor(root: string) {
    this.#root = root
  }

  get paths(): readonly string[] {
    return [...this.#after.keys()]
  }

  /** Adds a file. */
  add(path: string, text: string): void {
    this.#before.set(path, undefined)
    this.#after.set(path, text)
  }

  /**
   * Replaces the text that a pattern matches.
   *
   * @param purpose what the change is for; part of the error if the file has no such place.
   */
  async replace(path: string, pattern: RegExp, replacement: string, purpose: string): Promise<void> {
    const text = this.#after.get(path) ?? (await readFile(join(this.#root, path), 'utf8'))
    if (!this.#before.has(path)) this.#before.set(path, text)
    if (!pattern.test(text)) {
      throw new NewError(
        `${path} contains no place for ${purpose} (${pattern}). Nothing was written. Adapt scripts/new/ to the file.`,
      )
    }
    this.#after.set(path, text.replace(pattern, replacement))
  }

  /** A diff of everything that would be written. */
  toString(): string {
    return this.paths
      .map((path) => {
        const before = this.#before.get(path)
        const from = before === undefined ? '/dev/null' : path
        return createTwoFilesPatch(
          from,
          path,
          before ?? '',
          this.#after.get(path) ?? '',
          undefined,
          undefined,
          {
            context: 2,
          },
        )
      })
      .join('\n')
  }

  async write(): Promise<void> {
    for (const [path, text] of this.#after) {
      await mkdir(dirname(join(this.#root, path)), { recursive: true })
      await writeFile(join(this.#root, path), text)
    }
  }
}
