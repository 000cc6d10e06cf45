// cspell:ignore requestfinished networkidle
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { Command } from 'commander'
import pg from 'pg'
import type { Page } from 'playwright-core'
import { startScratchServer } from '../scripts/scratch/index.ts'
import { PAGES } from '../scripts/studio/app.ts'
import { create, seed } from '../src/admin.ts'
import { launchChromium } from '../test/support/chromium.ts'

const { messages, rounds } = new Command('npm run bench:studio --')
  .description(
    'Measures the pages of the studio in Chromium on a large database: times, and the memory of the tab.',
  )
  .option('--messages <n>', 'messages in the database', Number, 1_000_000)
  .option('--rounds <n>', 'starts of the studio, and visits of each page; their median counts', Number, 3)
  .parse()
  .opts<{ messages: number; rounds: number }>()

await using server = await startScratchServer(process.env.SCRATCH)
await using database = await server.createDatabase()
const { url } = database
console.log(`Filling a database with ${messages} messages …`)
await create(url, { environment: 'development' })
await seed(url, { scale: messages })
const browser = await launchChromium()
const client = new pg.Client(url)
await client.connect()
await client.query('vacuum analyze')

console.log('Starting the studio …')
const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage()
try {
  for (let round = 1; round < rounds; round += 1) {
    await using _ = await startStudio()
  }
  await using studio = await startStudio()
  console.log('\n| page | time | heap of the page | memory of the tab |\n|---|---|---|---|')
  for (const path of [...Object.keys(PAGES), ...(await opened())])
    await measure(new URL(path, studio.link).href, path)
  await runQuery(studio.link)
} finally {
  await browser.close()
  await client.end()
}

/** Starts the command, as it is in the package, and opens its link. */
async function startStudio(): Promise<{ link: string } & AsyncDisposable> {
  const started = performance.now()
  const command = spawn(process.execPath, ['dist/cli.js', 'studio', '--json'], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const link = await printedLink(command.stdout)
  await page.goto(link)
  await page.locator('#page tbody tr').first().waitFor()
  console.log(`first page, from the command on: ${seconds(performance.now() - started)}`)
  return {
    link,
    async [Symbol.asyncDispose]() {
      command.kill()
      await once(command, 'exit')
    },
  }
}

/** The first link that the studio prints. */
async function printedLink(output: Readable): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const link = /http:[^"\s]+/.exec(line)?.[0]
    if (link) return link
  }
  throw new Error('The studio has printed no link.')
}

/** Pages with something opened: the chat with most messages among them. */
async function opened(): Promise<string[]> {
  const { rows } = await client.query(`select
    (select format('/chats?user=%s&chat=%s', user_id, chat_id) from messages group by user_id, chat_id order by count(*) desc limit 1) as chat,
    (select '/customers?id=' || customer_id from customers limit 1) as customer,
    (select '/people?id=' || person_id from people limit 1) as person`)
  return ['/?table=messages', '/?table=parts', ...Object.values<string>(rows[0]), '/statements?q=chats.find']
}

async function measure(href: string, name: string): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    let ended = performance.now()
    const note = () => {
      ended = performance.now()
    }
    page.on('requestfinished', note)
    const begun = performance.now()
    await page.goto(href)
    await page.waitForLoadState('networkidle')
    page.off('requestfinished', note)
    // The browser draws the last response.
    const drawing = performance.now()
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))')
    times.push(ended - begun + (performance.now() - drawing))
  }
  times.sort((a, b) => a - b)
  const median = times[Math.floor(times.length / 2)] as number
  console.log(
    `| ${name.replace(/[0-9a-f-]{36}|%[^&]+/g, '…')} | ${seconds(median)} | ${await memory(page)} |`,
  )
}

/** 1,000 whole rows on the page for SQL. */
async function runQuery(link: string): Promise<void> {
  await page.goto(new URL(`/sql?sql=${encodeURIComponent('select * from messages')}`, link).href)
  await page.getByLabel('Rows at most').selectOption('1000')
  const begun = performance.now()
  await page.getByRole('button', { name: 'Run' }).click()
  await page.locator('#page tbody tr').nth(999).waitFor()
  const time = seconds(performance.now() - begun)
  const rows = await page.locator('#page tbody tr').count()
  console.log(`| /sql, ${rows} rows shown | ${time} | ${await memory(page)} |`)
}

/** The heap of the scripts, and what Chromium's task manager calls the memory footprint: private memory of the tab's process. */
async function memory(of: Page): Promise<string> {
  const session = await of.context().newCDPSession(of)
  await session.send('HeapProfiler.collectGarbage')
  await session.send('Performance.enable')
  const { metrics } = await session.send('Performance.getMetrics')
  await session.detach()
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0
  const whole = await browser.newBrowserCDPSession()
  const { processInfo } = await whole.send('SystemInfo.getProcessInfo')
  await whole.detach()
  const footprints = await Promise.all(
    processInfo
      .filter(({ type }) => type === 'renderer')
      .map(async ({ id }) => {
        const status = await readFile(`/proc/${id}/status`, 'utf8')
        return ['RssAnon', 'VmSwap']
          .map((name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0))
          .reduce((sum, each) => sum + each, 0)
      }),
  )
  return `${(heap / 1e6).toFixed(0)} MB | ${(Math.max(...footprints) / 1e3).toFixed(0)} MB`
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2)} s`
}
