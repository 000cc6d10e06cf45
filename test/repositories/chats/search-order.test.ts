import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { describe, expect } from 'vitest'
import { type Database, openDatabase } from '../../../src/index.ts'
import { test as base, isDistributed } from '../../support/database.ts'
import { aUser } from '../../support/factories.ts'

/** More than the function `search_chats` ranks without a walk. */
const CHATS = 700
const PER_CHAT = 8
const LONG = 3_000

interface Said {
  chatId: string
  title: string
  texts: string[]
}

/** The chats of a user, the newest first, whose words are frequent, rare, or in old chats alone. The third is a long one. */
const chatsOf = (): Said[] =>
  Array.from({ length: CHATS }, (_, n) => ({
    chatId: randomUUID(),
    title: n % 9 === 0 ? `about alpha ${n}` : `chat ${n}`,
    texts: Array.from({ length: n === 2 ? LONG : PER_CHAT }, (_, m) =>
      [
        'the common words',
        n % 3 === 0 && m === 2 ? 'alpha beta' : n % 3 === 1 && m === 5 ? 'beta alpha' : 'alphabet',
        n % 200 === 7 ? 'needle' : '',
        n >= 500 ? 'ancient' : '',
        n % 2 === 0 && m === 0 ? '東京都' : '',
        n === 400 && m === 7 ? 'w' : 'wide',
        n === 2 && m === 1 ? 'xylophone' : '',
      ].join(' '),
    ),
  }))

const test = base.extend<{ filled: { db: Database; userId: string; chats: Said[] } }>({
  filled: [
    async ({ url }, use) => {
      const client = new pg.Client(url)
      await client.connect()
      await using db = openDatabase(url)
      const { userId } = await db.users.create(aUser())
      const chats = chatsOf()
      await client.query(
        `insert into chats (user_id, id, title, next_position, updated_at)
         select $1, id, title, length, now() - place * interval '1 minute'
         from unnest($2::uuid[], $3::text[], $4::integer[]) with ordinality as chat (id, title, length, place)`,
        [
          userId,
          chats.map(({ chatId }) => chatId),
          chats.map(({ title }) => title),
          chats.map(({ texts }) => texts.length),
        ],
      )
      const messages = chats.flatMap(({ chatId, texts }) =>
        texts.map((words, position) => ({ chatId, words, position })),
      )
      const columns = [
        messages.map(({ chatId }) => chatId),
        messages.map(({ position }) => position),
        messages.map(({ words }) => words),
      ]
      await client.query(
        `insert into messages (user_id, chat_id, id, position, role, part_count, envelope)
         select $1, id, 'm' || n, n, 'user', 1, '{"id":0,"role":0,"parts":0}'
         from unnest($2::uuid[], $3::integer[]) as message (id, n)`,
        [userId, columns[0], columns[1]],
      )
      await client.query(
        `insert into parts (user_id, chat_id, message_id, position, type, search_text, words, payload)
         select $1, id, 'm' || n, 0, 'text', words, search_words(words), '{"type":"text","text":""}'
         from unnest($2::uuid[], $3::integer[], $4::text[]) as part (id, n, words)`,
        [userId, ...columns],
      )
      await client.query('analyze')
      await client.end()
      await use({ db, userId, chats })
    },
    { scope: 'file' },
  ],
})

/** How well a text matches words that are separated by spaces, as docs/how-to/search.md says. */
function relevanceOf(text: string, query: string): number {
  const [has, words] = [` ${text.replace('東京都', '東京 京都')} `.replace(/ +/g, ' '), query.split(' ')]
  const isUnspaced = query === '東京'
  if (has.includes(` ${query} `)) return 4
  if (words.every((word) => has.includes(` ${word} `))) return 2
  if (words.every((word) => has.includes(` ${word}`)) || (isUnspaced && has.includes(query))) return 0
  return -1
}

function expectedOrder(chats: readonly Said[], query: string): string[] {
  return chats
    .map(({ chatId, title, texts }, place) => ({
      chatId,
      place,
      relevance: Math.max(
        relevanceOf(title, query) >= 0 ? 3 : -1,
        ...texts.map((text) => relevanceOf(text, query)),
      ),
    }))
    .filter(({ relevance }) => relevance >= 0)
    .sort((one, other) => other.relevance - one.relevance || one.place - other.place)
    .map(({ chatId }) => chatId)
}

describe('a search of a user with many chats has every chat once, in the order of relevance and time', () => {
  test.for([
    ['a word of every message', 'common'],
    ['a run of every message', 'the common'],
    ['words of every message, apart', 'words the'],
    ['a run of some, apart in others', 'alpha beta'],
    ['a whole word of some, the beginning of one in others', 'alpha'],
    ['the beginning of a word', 'alph'],
    ['one letter, a whole word in one message', 'w'],
    ['one letter of titles and messages', 'a'],
    ['a rare word', 'needle'],
    ['a word that only old chats have', 'ancient'],
    ['a pair of letters', '東京'],
    ['a word of one message in a long chat', 'xylophone'],
    ['a word of titles alone', 'chat'],
    ['a word that is nowhere', 'nowhere'],
  ] as const)('%s', async ([, query], { filled: { db, userId, chats } }) => {
    const found: string[] = []
    let after: string | undefined
    do {
      const page = await db.chats.search(userId, query, { after, limit: 67 })
      found.push(...page.items.map(({ chatId }) => chatId))
      after = page.next
    } while (after !== undefined)

    expect(found).toEqual(expectedOrder(chats, query))
  })
})

describe('a search for a word of every message', () => {
  // Of the nodes of a distributed database auto_explain sees nothing.
  test.skipIf(isDistributed)(
    'reads a few rows of each chat of the page, also of a long one',
    async ({ url, filled: { userId } }) => {
      const client = new pg.Client(url)
      await client.connect()
      const plans: string[] = []
      client.on('notice', ({ message = '' }) => plans.push(message))
      await client.query(`load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
      set auto_explain.log_analyze = on; set auto_explain.log_level = notice; set client_min_messages = notice`)
      await client.query(
        `select from search_chats($1, '''common'':*', '''common''', '''common''', '{text}', 9, 'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 51)`,
        [userId],
      )
      await client.end()

      const read = plans.flatMap((plan) =>
        Array.from(plan.matchAll(/on (?:parts|messages).*actual time=\S+ rows=(\d+)/g), ([, rows]) =>
          Number(rows),
        ),
      )
      expect(read.length).toBeGreaterThan(50)
      expect(Math.max(...read)).toBeLessThan(100)
      expect(plans.filter((plan) => /Seq Scan on (messages|parts)/.test(plan))).toEqual([])
    },
  )
})
