import codegen from 'kysely-codegen'

const { toKyselyPascalCase } = codegen

/**
 * Names that kysely-codegen makes distinct interfaces and types of: whatever a table is called, none collides with
 * another in PascalCase, hides a type that the file refers to, or is found on Object.prototype.
 */
export class TypeNames {
  readonly #taken: Set<string>

  constructor(reserved: Iterable<string>) {
    this.#taken = new Set(reserved)
  }

  take(name: string): string {
    // kysely-codegen replaces the same characters, but numbers two names that come out alike by the order it meets them.
    const base = name.replace(/[^\w$]/g, '_').replace(/^(?=\d)/, '_')
    let free = base
    for (let count = 2; this.#taken.has(toKyselyPascalCase(free)) || free in Object.prototype; count++) {
      free = `${base}_${count}`
    }
    this.#taken.add(toKyselyPascalCase(free))
    return free
  }
}
