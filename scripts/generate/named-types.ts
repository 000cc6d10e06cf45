import type { JsonType } from './catalog.ts'
import { print } from './constraints.ts'

/** The property that only the compiler sees. */
const BRAND = '__brand'

/** Checks at compile time that a type consists of what JSON can hold. */
const CHECK = `/** A type with \`never\` in the place of each value that JSON cannot hold. */
type Storable<T> = T extends boolean | number | string | null | undefined
  ? T
  : T extends (...parameters: never) => unknown
    ? never
    : T extends object
      ? { [Name in keyof T]: Storable<T[Name]> }
      : never;

type StorableType<Stored, T extends Stored> = T;`

/** The types that tags of comments name: brands, and types of the service for columns of JSON. */
export class NamedTypes {
  readonly #brands = new Map<string, string>()
  readonly #modules = new Map<string, string>()

  /** The names that no interface may have. */
  static namesIn(columns: Iterable<{ brand: string | null; jsonType: JsonType | null }>): Set<string> {
    const names = new Set<string>()
    for (const { brand, jsonType } of columns) {
      if (brand !== null) names.add(brand)
      if (jsonType !== null) names.add(jsonType.name)
    }
    return names
  }

  /** Declares a brand of strings or numbers. Returns why it cannot be declared. */
  brand(name: string, base: string): string | undefined {
    const known = this.#brands.get(name)
    if (base !== 'string' && base !== 'number') return `a value of type ${base} cannot have a brand`
    if (this.#modules.has(name)) return `${name} is a type of a JSON column already`
    if (known !== undefined && known !== base) return `${name} is the brand of a ${known} elsewhere`
    this.#brands.set(name, base)
    return undefined
  }

  /** Imports a type. Returns why it cannot be imported. */
  import({ name, module }: JsonType): string | undefined {
    const known = this.#modules.get(name)
    if (this.#brands.has(name)) return `${name} is a brand already`
    if (known !== undefined && known !== module) return `${name} is imported from ${known} already`
    this.#modules.set(name, module)
    return undefined
  }

  /** The imports of database.ts. */
  get imports(): string {
    return this.#importsOf([...this.#modules])
  }

  /** The declarations of database.ts. */
  get declarations(): string {
    const brands = sorted(this.#brands).map(
      ([name, base]) => `export type ${name} = ${base} & { readonly ${BRAND}: ${print(name)} };\n`,
    )
    const json = sorted(this.#modules).map(([name]) => `StorableType<Storable<${name}>, ${name}>`)
    const check = `${CHECK}\n\n/** Compiles only if the types of JSON columns can be stored as JSON. */\nexport type StoredTypes = [${json.join(', ')}];\n`
    return [...brands, ...(json.length > 0 ? [check] : [])].map((each) => `\n${each}`).join('')
  }

  /** The imports of another generated file that uses some of the types. */
  importsFor(body: string): string {
    const isUsed = (name: string) => new RegExp(`\\b${name.replaceAll('$', '\\$')}(?![\\w$])`).test(body)
    const own = ['JsonValue', ...[...this.#brands.keys()].sort()].filter(isUsed)
    const ofDatabase = own.length > 0 ? `import type { ${own.join(', ')} } from "./database.js"\n` : ''
    return ofDatabase + this.#importsOf([...this.#modules].filter(([name]) => isUsed(name)))
  }

  #importsOf(modules: readonly (readonly [string, string])[]): string {
    return sorted(modules)
      .map(([name, module]) => `import type { ${name} } from ${print(module)}\n`)
      .join('')
  }
}

function sorted(entries: Iterable<readonly [string, string]>): (readonly [string, string])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
}
