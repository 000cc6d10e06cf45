import pg from 'pg'
import { describe, expect } from 'vitest'
import { parseSearch, searchWordsOf } from '../../src/search/index.ts'
import { lettersOf, separateWords } from '../../src/search/letters.ts'
import { test as base } from '../support/database.ts'
import { MORE_PAIRS } from './more-pairs.ts'
import { PAIRS } from './pairs.ts'

const test = base.extend<{ client: pg.Client }>({
  client: [
    async ({ url }, use) => {
      const client = new pg.Client(url)
      await client.connect()
      await use(client)
      await client.end()
    },
    { scope: 'file' },
  ],
})

/** Whether each query finds the text, in the words that the process makes and in those that the server makes. */
const MATCH = `
  select query.search, $1::tsvector @@ query.search::tsquery as process, search_words($2) @@ query.search::tsquery as server
  from unnest($3::text[]) with ordinality as query (search, place) order by place`

describe.for([...Object.entries(PAIRS), ...Object.entries(MORE_PAIRS)])('%s', ([, pairs]) => {
  test.for(pairs.map((pair) => [pair.text, pair] as const))(
    '%s',
    async ([text, { finds, misses = [], isMessage = false }], { client }) => {
      const queries = [...finds, ...misses]

      const { rows } = await client.query(MATCH, [
        searchWordsOf(text) ?? '',
        text,
        queries.map((query) => parseSearch(query).search),
      ])

      const found = rows.map(({ process, server }, index) => [
        queries[index],
        process,
        isMessage ? process : server,
      ])
      expect(found).toEqual([
        ...finds.map((query) => [query, true, true]),
        ...misses.map((query) => [query, false, false]),
      ])
    },
  )
})

const UNASSIGNED = /\p{Cn}|\p{Co}|\p{Cs}/u

test('the process and the server agree about every letter', { timeout: 120_000 }, async ({ client }) => {
  const texts: string[] = []
  for (let code = 1; code < 0x110000; code += 1) {
    const letter = String.fromCodePoint(code)
    if (!UNASSIGNED.test(letter)) texts.push(`a${letter}b ${letter}`)
  }
  const different: string[] = []
  for (let from = 0; from < texts.length; from += 10_000) {
    const batch = texts.slice(from, from + 10_000)
    const { rows } = await client.query(
      `select search_letters(text) as letters, search_text(text) as words, normalize(text, nfkd) as normalized
       from unnest($1::text[]) with ordinality as given (text, place) order by place`,
      [batch],
    )
    for (const [index, text] of batch.entries()) {
      // A letter that is new in Unicode, which the two learn at different times.
      if (rows[index].normalized !== text.normalize('NFKD')) continue
      if (rows[index].letters !== lettersOf(text) || rows[index].words.trim() !== separateWords(text).trim())
        different.push(text)
    }
  }

  expect(different).toEqual([])
})

/** Not a word in capitals joined, or the digits of a phone, which only messages have. */
const isCommon = (word: string) => word !== 'username' && !/^[0-9]{4,}$/.test(word)

test('the process and the server make the same words', async ({ client }) => {
  for (const { text, isMessage } of [PAIRS, MORE_PAIRS].flatMap((pairs) => Object.values(pairs).flat())) {
    if (isMessage) continue
    const { rows } = await client.query('select tsvector_to_array(search_words($1)) as words', [text])
    const { rows: own } = await client.query('select tsvector_to_array($1::tsvector) as words', [
      searchWordsOf(text) ?? '',
    ])

    expect(own[0].words.filter(isCommon), text).toEqual(rows[0].words.filter(isCommon))
  }
})
