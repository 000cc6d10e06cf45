import { mkdir } from 'node:fs/promises'
import pg from 'pg'
import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { TABLES } from '../../../generated/catalog.ts'
import { type StudioOptions, startStudio } from '../../../scripts/studio/server.ts'
import { seed } from '../../../src/admin.ts'
import { CHROMIUM, launchChromium } from '../../support/chromium.ts'
import { test as base } from '../../support/database.ts'

/** The folder for screenshots: `SCREENSHOTS=docs/how-to/studio npm run test:studio`. */
const { SCREENSHOTS } = process.env

const test = base.extend<{ filled: string; open: (options?: StudioOptions) => Promise<Page> }>({
  filled: [
    async ({ url }, use) => {
      await seed(url, { scale: 300 })
      await use(url)
    },
    { scope: 'file' },
  ],
  open: async ({ filled }, use) => {
    await using stack = new AsyncDisposableStack()
    const browser = stack.adopt(await launchChromium(), (browser) => browser.close())
    await use(async (options) => {
      const studio = stack.use(await startStudio(filled, options))
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
      const { origin } = new URL(studio.url)
      // Offline: every request to another host is an error.
      page.on('request', (request) => expect(request.url()).toMatch(new RegExp(`^(${origin}/|data:|blob:)`)))
      page.on('pageerror', (error) => expect.soft(error).toBeUndefined())
      await page.goto(studio.url)
      return page
    })
  },
})

async function see(page: Page, name: string): Promise<void> {
  if (!SCREENSHOTS) return
  await mkdir(SCREENSHOTS, { recursive: true })
  await page.locator('.bar b').evaluate((element) => element.replaceChildren('crm'))
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` })
}

async function one(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return Object.values((await client.query(sql)).rows[0] ?? {})[0]
  } finally {
    await client.end()
  }
}

const nameOf = (url: string) => decodeURIComponent(new URL(url).pathname.slice(1))

/** The cell of a column in the first row. */
const cell = (page: Page, column: string) => page.locator(`td[data-grid-column-id="${column}"]`).first()

async function changeName(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'people', exact: true }).click()
  await cell(page, 'first_name').dblclick()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Save 1 row' }).click()
  await page.getByRole('button', { name: 'yes, write to db' }).click()
}

describe.skipIf(!CHROMIUM)(
  `the studio in ${CHROMIUM ?? 'Chromium, which this machine lacks: not run'}`,
  () => {
    test('lists the tables', async ({ open }) => {
      const page = await open()

      await page.getByRole('link', { name: 'users', exact: true }).waitFor()
      const tables = await page.locator('a[href*="view=table"]').allInnerTexts()

      expect(tables).toEqual(TABLES)
      expect(page.url()).not.toContain('token')
    })

    test('shows the rows page by page', async ({ open }) => {
      const page = await open()

      await page.getByRole('link', { name: 'messages', exact: true }).click()
      const first = await cell(page, 'id').innerText()
      await see(page, 'rows')
      await page.getByRole('button', { name: 'Go to next page' }).click()

      await expect.poll(() => cell(page, 'id').innerText()).not.toBe(first)
      expect(await page.getByLabel('Page number').inputValue()).toBe('2')
    })

    test('follows foreign keys, of several columns too', async ({ open, filled }) => {
      const page = await open()

      await page.getByRole('link', { name: 'parts', exact: true }).click()
      const messageId = await cell(page, 'message_id').innerText()
      await cell(page, 'message_id').getByRole('link', { name: 'Open messages' }).click()

      await expect.poll(() => cell(page, 'id').innerText()).toBe(messageId)
      const chatId = await one(filled, `select chat_id from messages where id = '${messageId}'`)
      await cell(page, 'chat_id').getByRole('link', { name: 'Open chats' }).click()
      await expect.poll(() => page.locator('td[data-grid-column-id="id"]').allInnerTexts()).toEqual([chatId])
    })

    test('rejects an edit in read-only mode and explains how to allow it', async ({ open, filled }) => {
      const page = await open()
      const before = await one(
        filled,
        'select md5(string_agg(people::text, $$$$ order by person_id)) from people',
      )

      await changeName(page, 'Changed')

      await page
        .getByText('because the studio is read-only. Start it with --write to change rows')
        .first()
        .waitFor()
      await see(page, 'refused')
      expect(
        await one(filled, 'select md5(string_agg(people::text, $$$$ order by person_id)) from people'),
      ).toBe(before)
    })

    test('changes a row in writable mode', async ({ open, filled }) => {
      const page = await open({ write: true, confirm: nameOf(filled) })

      await page.getByText('writable').waitFor()
      await changeName(page, 'Changed in the studio')

      await expect
        .poll(() =>
          one(filled, `select count(*)::int from people where first_name = 'Changed in the studio'`),
        )
        .toBe(1)
    })

    test('draws the diagram', async ({ open }) => {
      const page = await open()

      await page.getByRole('link', { name: 'Diagram' }).click()
      await page.locator('svg [data-table="parts"]').waitFor()
      await see(page, 'diagram')

      expect(await page.locator('svg [data-table]').count()).toBe(9)
      expect(await page.locator('svg polyline').count()).toBe(7)
      await page.locator('svg [data-table="messages"]').hover()
      expect(await page.locator('svg polyline.is-lit').count()).toBe(3)
      await page.locator('svg [data-table="messages"]').click()
      await page.getByRole('heading', { name: 'messages' }).waitFor()
      expect(new URL(page.url()).pathname + new URL(page.url()).hash).toBe('/dictionary#messages')
    })

    test('has the dictionary, the constraints and the indexes', async ({ open }) => {
      const page = await open()

      await page.getByRole('link', { name: 'Dictionary' }).click()
      await page.getByText('People who sign in to the service').waitFor()
      await see(page, 'dictionary')
      await page.getByRole('link', { name: 'Constraints' }).click()
      await page.getByLabel('Search constraints').fill('temperature')
      await page.getByText('A temperature must be from 0 to 2.').waitFor()
      await see(page, 'constraints')
      await page.getByRole('link', { name: 'Indexes' }).click()
      await page.getByText('users_email_key').first().waitFor()
      await see(page, 'indexes')

      expect(await page.locator('tbody tr').count()).toBeGreaterThan(30)
    })

    test('shows the plan of a statement, and the one for specific values', async ({ open, filled }) => {
      const page = await open()
      const [chatId, userId] = String(
        await one(filled, `select id || ' ' || user_id from chats limit 1`),
      ).split(' ')

      await page.getByRole('link', { name: 'Statements' }).click()
      await page.getByLabel('Search statements').fill('chats.find')
      const statement = page.locator('details').first()
      await statement.locator('summary').click()
      await statement
        .getByText(/Scan.* on chats/)
        .first()
        .waitFor()
      await statement.getByLabel('$1 chatId').fill(chatId ?? '')
      await statement.getByLabel('$2 userId').fill(userId ?? '')
      await statement.getByRole('button', { name: 'Show the plan for these values' }).click()
      await statement.getByText(/actual time=/).waitFor()
      await see(page, 'statements')
    })

    test('shows nothing without the token', async ({ open }) => {
      const page = await open()
      const { origin } = new URL(page.url())
      const stranger = await page.context().browser()!.newPage()

      for (const path of ['/', '/diagram', '/api/catalog', '/?token=guess']) {
        const response = await stranger.goto(origin + path)

        expect(response?.status()).toBe(403)
        expect(await stranger.locator('body').innerText()).toContain('npm run db:studio')
      }
    })
  },
)
