import codegen from 'kysely-codegen'

const { toKyselyPascalCase } = codegen

/**
 * Chooses table names from which kysely-codegen derives distinct interfaces and types. In PascalCase none collides with
 * another, hides a type that the file refers to, or equals a property of Object.prototype.
 */
export class TypeNames {
  readonly #taken: Set<string>

  constructor(reserved: Iterable<string>) {
    this.#taken = new Set(reserved)
  }

  take(name: string): string {
    // kysely-codegen replaces the same characters, but numbers names that become equal in the order it meets them.
    const base = name.replace(/[^\w$]/g, '_').replace(/^(?=\d)/, '_')
    let free = base
    for (let count = 2; this.#taken.has(toKyselyPascalCase(free)) || free in Object.prototype; count++) {
      free = `${base}_${count}`
    }
    this.#taken.add(toKyselyPascalCase(free))
    return free
  }
}
