import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import pg from 'pg'
import { applySchema } from '../scripts/generate/apply.ts'
import { startScratchServer } from '../scripts/scratch/index.ts'
import { type ChatMessage, type Database, openDatabase } from '../src/index.ts'

const { messages, rounds, calls } = new Command('npm run bench:scale --')
  .description(
    'Compares chats in a large database with chats in a small one, and long chats with short ones.',
  )
  .option(
    '--messages <n>',
    'messages in the large database, of two parts each: 5000000 for 10,000,000 parts',
    Number,
    1_000_000,
  )
  .option('--rounds <n>', 'rounds per operation', Number, 30)
  .option('--calls <n>', 'calls per operation and round', Number, 20)
  .parse()
  .opts<{ messages: number; rounds: number; calls: number }>()

const PER_CHAT = 200
const SMALL = 1_000

/** Fills a database with messages of one text each, in chats of `PER_CHAT`, with ten chats per user. */
async function fill(url: string, count: number): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  const chats = Math.ceil(count / PER_CHAT)
  await client.query(`
    insert into users (user_id, name, email, password, created_at)
      select lpad(n::text, 32, '0')::uuid, 'User ' || n, 'u' || n || '@example.test', '$2b$10$' || repeat('h', 53), now()
      from generate_series(0, ${Math.ceil(chats / 10)} - 1) as n;
    insert into chats (id, user_id, title, next_position)
      select lpad(n::text, 32, '0')::uuid, lpad((n / 10)::text, 32, '0')::uuid, 'Chat ' || n, ${PER_CHAT}
      from generate_series(0, ${chats} - 1) as n;
    insert into messages (user_id, chat_id, id, position, role, part_count, envelope)
      select lpad((n / ${10 * PER_CHAT})::text, 32, '0')::uuid, lpad((n / ${PER_CHAT})::text, 32, '0')::uuid, 'm' || n, n % ${PER_CHAT},
        case n % 2 when 0 then 'user' else 'assistant' end, 2, '{"id":0,"role":0,"parts":0}'
      from generate_series(0, ${chats * PER_CHAT} - 1) as n;
    drop index parts_search_idx;
    insert into parts (user_id, chat_id, message_id, position, type, search_text, words, payload)
      select lpad((n / ${10 * PER_CHAT})::text, 32, '0')::uuid, lpad((n / ${PER_CHAT})::text, 32, '0')::uuid, 'm' || n, part, case part when 0 then 'step-start' else 'text' end,
        case part when 1 then said.words end, case part when 1 then search_words(said.words) end,
        case part when 0 then '{"type":"step-start"}' else json_build_object('type', 'text', 'text', words)::text end::json
      from generate_series(0, ${chats * PER_CHAT} - 1) as n, generate_series(0, 1) as part,
        lateral (select 'Words of message ' || n || ' about ' || md5(n::text) as words) as said;
    create index parts_search_idx on parts using gin (user_id, words);`)
  await client.query('vacuum analyze')
  await client.end()
}

const turn = (): ChatMessage[] =>
  (['user', 'assistant'] as const).map((role) => ({
    id: randomUUID(),
    role,
    parts: Array.from({ length: 3 }, (_, n) => ({ type: 'text', text: `Part ${n} of the message` })),
  }))

const userOf = (n: number) => `${n}`.padStart(32, '0').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

type Act = (db: Database, chatId: string, owner: { userId: string }) => Promise<unknown>

/** Operations that use a new chat of `PER_CHAT` messages each. */
const OPERATIONS: Record<string, Act> = {
  'load a chat': (db, chatId, owner) => db.chats.load(chatId, owner),
  'save a turn': (db, chatId, owner) => db.chats.save(chatId, turn(), owner),
  "page a user's chats": (db, _, owner) => db.chats.listByUser(owner.userId, { limit: 10 }),
  'search chats': (db, _, owner) => db.chats.search(owner.userId, 'words of message 7'),
}
const IN_LONG_CHATS: Record<string, Act> = {
  'load the last 20': (db, chatId, owner) => db.chats.load(chatId, { ...owner, limit: 20 }),
  'append a turn': (db, chatId, owner) => db.chats.save(chatId, turn(), owner),
  'save a turn, then truncate it': async (db, chatId, owner) => {
    const messages = turn()
    await db.chats.save(chatId, messages, owner)
    await db.chats.truncateFrom(chatId, (messages[0] as ChatMessage).id, owner)
  },
}

/** A chat and its owner. */
interface Place {
  db: Database
  chatId: string
  owner: { userId: string }
}

/** The median over the rounds of the ratio between the times at two places. */
async function ratio(
  act: Act,
  [one, other]: readonly [Place, Place],
): Promise<{ ratio: number; wall: number }> {
  const times: { ratio: number; wall: number }[] = []
  for (let round = -2; round < rounds; round += 1) {
    const order = round % 2 ? [one, other] : [other, one]
    const measured = new Map<Place, number>()
    for (const place of order) {
      const started = performance.now()
      for (let call = 0; call < calls; call += 1) await act(place.db, place.chatId, place.owner)
      measured.set(place, (performance.now() - started) / calls)
    }
    const [a, b] = [measured.get(one) as number, measured.get(other) as number]
    if (round >= 0) times.push({ ratio: b / a, wall: b })
  }
  return times.sort((a, b) => a.ratio - b.ratio)[Math.floor(times.length / 2)] as {
    ratio: number
    wall: number
  }
}

async function chatOf(db: Database, length: number): Promise<Place> {
  const owner = { userId: userOf(0) }
  const { chatId } = await db.chats.create(owner)
  for (let done = 0; done < length; done += 1_000) {
    const size = Math.min(1_000, length - done)
    await db.chats.save(chatId, Array.from({ length: size / 2 }, turn).flat(), owner)
  }
  return { db, chatId, owner }
}

const report = (name: string, { ratio, wall }: { ratio: number; wall: number }) =>
  console.log(`| ${name} | ${ratio.toFixed(2)} | ${wall.toFixed(2)} ms |`)

await using server = await startScratchServer()
const open = async (count: number) => {
  const { url } = await server.createDatabase()
  await applySchema(url, fileURLToPath(new URL('../schema', import.meta.url)))
  const started = performance.now()
  await fill(url, count)
  console.log(`${count} messages inserted in ${((performance.now() - started) / 1_000).toFixed(0)} s`)
  return openDatabase({ connectionString: url, max: 1 })
}
await using small = await open(SMALL)
await using large = await open(messages)

console.log(`\n| ${messages} messages compared with ${SMALL} | ratio | time |\n|---|---|---|`)
for (const [name, act] of Object.entries(OPERATIONS)) {
  // New chats, so that each operation starts from 200 messages.
  report(name, await ratio(act, [await chatOf(small, PER_CHAT), await chatOf(large, PER_CHAT)]))
}
console.log('\n| a chat of 10000 messages compared with one of 100 | ratio | time |\n|---|---|---|')
for (const [name, act] of Object.entries(IN_LONG_CHATS)) {
  report(name, await ratio(act, [await chatOf(large, 100), await chatOf(large, 10_000)]))
}
