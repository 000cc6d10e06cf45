import type { Fresh } from './fresh.ts'

/** What a database has otherwise than `schema/` says. */
export interface Difference {
  /** Such as `column users.email`. */
  readonly object: string
  /** Of the object, such as `type`; absent where the object as a whole is missing or too much. */
  readonly fact?: string
  /** Undefined where `schema/` has nothing of the kind. */
  readonly schema?: string
  /** Undefined where the database has nothing of the kind. */
  readonly database?: string
}

const THERE = 'there'

/** In order of their names; the parts of an object that is missing or too much are not told one by one. */
export function differencesBetween(schema: Fresh, database: Fresh): Difference[] {
  const found: Difference[] = []
  for (const name of schema.extensions) {
    if (!database.extensions.includes(name)) found.push({ object: `extension ${name}`, schema: THERE })
  }
  const lost = new Set<string>()
  for (const object of [...new Set([...schema.snapshot.keys(), ...database.snapshot.keys()])].sort(byKind)) {
    const [wanted, has] = [schema.snapshot.get(object), database.snapshot.get(object)]
    if (!wanted || !has) {
      if (isRelation(object)) lost.add(ownerOf(object))
      else if (lost.has(ownerOf(object))) continue
      found.push({
        object,
        ...(wanted && { schema: wanted.definition ?? THERE }),
        ...(has && { database: has.definition ?? THERE }),
      })
      continue
    }
    for (const fact of new Set([...Object.keys(wanted), ...Object.keys(has)])) {
      const [schema, database] =
        fact === 'grants' ? others(wanted[fact], has[fact]) : [wanted[fact], has[fact]]
      if (schema !== database) {
        found.push({
          object,
          fact,
          ...(schema !== undefined && { schema }),
          ...(database !== undefined && { database }),
        })
      }
    }
  }
  return found
}

/** What only one of two lists has; undefined where it has nothing of its own. */
function others(one = '', other = ''): [string | undefined, string | undefined] {
  const [ones, theirs] = [one.split(', '), other.split(', ')]
  return [
    ones.filter((each) => each && !theirs.includes(each)).join(', ') || undefined,
    theirs.filter((each) => each && !ones.includes(each)).join(', ') || undefined,
  ]
}

/** Tables first, so that it is known which parts go with them. */
function byKind(one: string, other: string): number {
  const rank = (object: string) => (isRelation(object) ? 0 : 1)
  return rank(one) - rank(other) || (one < other ? -1 : 1)
}

const isRelation = (object: string) => /^(table|view|materialized view) /.test(object)

/** `users` of `column users.email`. */
function ownerOf(object: string): string {
  return object.replace(/^(materialized )?[a-z]+ /, '').split('.')[0] as string
}
