// cspell:ignore columnnames fieldnames keynames CDENU hset mset neu vorher nachher wert ancien nouveau avant apres valeur anterior nuevo antes despues
import { looksRandom } from './secret-nearby.ts'
import { type IsSecret, isSecretName, isSecretSql, REDACTED } from './secret-texts.ts'

/** Properties that hold the values of a name beside them: `oldValue`, `lhs`, `before`. */
const VALUES =
  compoundOf(`old new prev previous next before after from to current original updated lhs rhs left right
  was now value values val initial final base theirs ours item removed added delta change changes diff set unset v
  alt neu vorher nachher wert ancien nouveau avant apres valeur anterior nuevo antes despues valor`)
/** Properties that hold a value beside the name of a field, but not beside a name of anything: a note about "password". */
const CONTENTS = compoundOf('data content text input answer default state items a b x y')
const FIELDS =
  /field|label|column|attribute|header|param|path|question|type|id|key|prop|control|setting|variable/i
/** Properties with the names of columns: of results of queries, of imports, of replication. */
const NAMES =
  /^(?:columns?|fields?|headers?|keys?|names?|attributes|props|properties|cols?|head|titles|labels|schema|columnnames|fieldnames|keynames)$/

/** Properties with a path as a list: `path: ['user', 'password']`. */
const PATHS = /path|pointer|loc|key|field|prop|name|attribute/i

/** A list with a name before its values: `['password', 'old', 'new']`. */
const NAMED_LISTS =
  /^\d*$|changes?$|diff|pair|triple|entry|delta|header$|param$|patch|edit|update|assign|argument|set$/i

/** Actions that may come before the name: `['update', 'password', 'old', 'new']`. */
const CHANGE = /^(?:update|set|add|create|remove|delete|change|replace|insert|put|edit|unset|[-+~CDENU])$/i

// cspell:ignore sendgrid mailgun twilio
/** Objects whose keys and values are secret: `{ signing: { key } }`, `{ jwt: { value } }`. */
const OF_SECRETS =
  /sign|crypt|cipher|hmac|jwt|jwk|tls|ssl|ssh|oauth|auth|cred|vault|webhook|secret|token|stripe|twilio|sendgrid|mailgun|aws|s3|azure|gcp|storage|license|session|card/i
const IN_SECRETS = /^(?:keys?|value|raw|material|pan|code|cvv|data|blob|payload)$/i

/** Replaces the values of secret names in objects: labels, paths, tables, statements with parameters. */
export function maskObject(given: object, parent: string, isSecret: IsSecret): object {
  const own = Object.entries(given)
  const entries = maskResource(maskWithin(own, parent))
  const labels = entries.filter(
    ([key, value]) => (!Array.isArray(value) || PATHS.test(key)) && isSecretLabel(value, isSecret),
  )
  const isLabelled = labels.length > 0
  const isField = labels.some(([key]) => FIELDS.test(key))
  const hasSecretSql = entries.some(([, value]) => typeof value === 'string' && isSecretSql(value, isSecret))
  const places = secretPlaces(entries, isSecret)
  if (!isLabelled && !hasSecretSql && !places) return entries === own ? given : Object.fromEntries(entries)
  const mask = (key: string, value: unknown): unknown => {
    const isValue =
      VALUES.test(letters(key)) || /values?$/i.test(key) || (isField && CONTENTS.test(letters(key)))
    if (isLabelled && isValue && !isSecretLabel(value, isSecret)) return masked(value)
    if (!Array.isArray(value)) return value
    if (hasSecretSql) return value.map((each) => (typeof each === 'object' ? each : REDACTED))
    return places && key !== places.key ? maskColumns(value, places) : value
  }
  return Object.fromEntries(entries.map(([key, value]) => [key, mask(key, value)]))
}

/** The values of a Secret of Kubernetes, whose names say nothing. */
function maskResource(entries: readonly [string, unknown][]): readonly [string, unknown][] {
  if (!entries.some(([key, value]) => key === 'kind' && value === 'Secret')) return entries
  return entries.map(([key, value]) =>
    /^(?:data|stringData)$/.test(key) ? [key, masked(value)] : [key, value],
  )
}

/** Replaces the values of secret names in lists: pairs, triples, headers, options, tables whose first row is the names. */
export function maskList(list: readonly unknown[], key: string, isSecret: IsSecret): readonly unknown[] {
  const isNamed = (value: unknown) => isSecretLabel(value, isSecret)
  if (list.length > 1 && list.every(Array.isArray)) {
    const rows = list as readonly (readonly unknown[])[]
    const head = rows[0] as readonly unknown[]
    const isTable = head.length > 1 && head.every((each) => typeof each === 'string') && !isNamed(head[0])
    const places = isTable ? head.map(isNamed) : []
    if (places.includes(true)) return rows.map((row, place) => (place === 0 ? row : maskPlaces(row, places)))
  }
  if (list.length > 0 && list.every(Array.isArray)) {
    return (list as unknown[][]).map((each) => {
      if (isNamed(each[0])) return maskRest(each)
      const isChange = typeof each[0] === 'string' && CHANGE.test(each[0]) && isNamed(each[1])
      return isChange ? [each[0], ...maskRest(each.slice(1))] : each
    })
  }
  if (list.length > 1 && list.length < 5 && NAMED_LISTS.test(key) && isNamed(list[0])) return maskRest(list)
  const isLogin = list.some((each) => /^(?:-u|-U|--user(?:name)?|login|-h|-H|--host)$/.test(String(each)))
  const alternates = /headers|pairs|args|argv|params|fields|hset|mset/i.test(key)
  return list.map((each, index) => {
    const name = list[index - 1]
    const isOption =
      typeof name === 'string' &&
      /^--?[\w-]+$/.test(name) &&
      (isSecret(name.replace(/^-+/, '')) ||
        (isLogin && /^-[pPwWa]$/.test(name) && !/^\d{1,5}$/.test(String(each))))
    return isOption || (alternates && index % 2 === 1 && isNamed(name)) ? masked(each) : each
  })
}

/** Values of `key` and the like that are random, or that the key above them makes secret. */
function maskWithin(entries: [string, unknown][], parent: string): [string, unknown][] {
  const isSecretValue = (key: string, value: unknown) =>
    typeof value === 'string' &&
    ((/key$/i.test(key) && looksRandom(value)) ||
      (IN_SECRETS.test(key) &&
        OF_SECRETS.test(parent) &&
        (looksRandom(value) || /^(?:keys?|raw|material|pan)$/i.test(key))))
  if (!entries.some(([key, value]) => isSecretValue(key, value))) return entries
  return entries.map(([key, value]) => [key, isSecretValue(key, value) ? REDACTED : value])
}

const masked = (value: unknown): unknown =>
  value === null || value === undefined || typeof value === 'boolean' ? value : REDACTED

const maskRest = ([name, ...values]: readonly unknown[]): unknown[] => [name, ...values.map(masked)]

const maskPlaces = (row: readonly unknown[], places: readonly boolean[]): unknown[] =>
  row.map((each, place) => (places[place] ? masked(each) : each))

/** Rows of a table, or values in the order of their names. */
function maskColumns(
  list: readonly unknown[],
  { places }: { places: readonly boolean[] },
): readonly unknown[] {
  if (list.length > 0 && list.every((each) => Array.isArray(each) && each.length === places.length))
    return (list as unknown[][]).map((row) => maskPlaces(row, places))
  return list.length === places.length ? maskPlaces(list, places) : list
}

function secretPlaces(
  entries: readonly [string, unknown][],
  isSecret: IsSecret,
): { key: string; places: readonly boolean[] } | undefined {
  for (const [key, value] of entries) {
    if (!Array.isArray(value) || !NAMES.test(letters(key))) continue
    const places = value.map((each) => isSecretLabel(each, isSecret))
    if (places.includes(true)) return { key, places }
  }
  return undefined
}

/** A name, the path to it, or an object that is labelled with it: `password`, `/user/password`, `['password']`. */
function isSecretLabel(value: unknown, isSecret: IsSecret): boolean {
  if (typeof value === 'string') return isSecretName(value, isSecret)
  if (Array.isArray(value))
    return (
      value.length < 20 &&
      value.every(isStep) &&
      value.some((step) => typeof step === 'string' && isSecretName(step, isSecret))
    )
  if (typeof value !== 'object' || value === null) return false
  const { name, key, field, label, id } = value as Record<string, unknown>
  return [name, key, field, label, id].some(
    (each) => typeof each === 'string' && isSecretName(each, isSecret),
  )
}

const isStep = (step: unknown) => typeof step === 'string' || typeof step === 'number'

function compoundOf(words: string): RegExp {
  return new RegExp(`^(?:${words.split(/\s+/).join('|')})+$`)
}

const letters = (key: string) => key.toLowerCase().replace(/[^a-z]/g, '')
