import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { startStudio } from '../../../scripts/studio/server.ts'
import { openDatabase } from '../../../src/index.ts'
import { CHROMIUM } from '../../support/chromium.ts'
import { aMessage } from '../../support/factories.ts'
import { startRestartableServer } from '../../support/restartable-server.ts'
import { nameOf, one } from '../../support/studio.ts'
import { test } from '../../support/studio-browser.ts'

/** A link of the bar. */
const visit = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click()
const entry = (page: Page, name: RegExp) => page.locator('nav.tables').getByRole('link', { name }).first()
const questions = (page: Page, answer: 'accept' | 'dismiss') => {
  const asked: string[] = []
  page.on('dialog', (dialog) => {
    asked.push(dialog.type())
    void dialog[answer]()
  })
  return asked
}

describe.skipIf(!CHROMIUM)('a new user, by links alone,', { timeout: 120_000 }, () => {
  test('fixes a wrong country of a customer', async ({ open, filled }) => {
    const page = await open({ write: true, confirm: nameOf(filled) })

    await visit(page, 'Customers')
    await entry(page, /prospect/).click()
    await page.getByRole('link', { name: 'row of customers' }).click()
    const country = page.getByRole('textbox', { name: 'billing_country' })
    await country.fill('XX')
    const field = page.locator('.field', { has: page.getByLabel('billing_country') })
    expect(await field.innerText()).toContain('ISO 3166')
    await page.getByRole('button', { name: 'Save billing_country' }).click()
    await page.locator('.panel [role=status]').waitFor()
    expect(await page.locator('.panel [role=status]').innerText()).toMatch(/country/i)
    await country.fill('LV')
    await page.getByRole('button', { name: 'Save billing_country' }).click()

    const customerId = new URL(page.url()).searchParams.get('row')?.match(/[0-9a-f-]{36}/)?.[0]
    const saved = `select billing_country from customers where customer_id = '${customerId}'`
    await expect.poll(() => one(filled, saved)).toBe('LV')
  })

  test('sees that the change was saved, and how to save it at each field', async ({ open, filled }) => {
    const page = await open({ write: true, confirm: nameOf(filled) })

    await entry(page, /^people/).click()
    await page.getByRole('button', { name: 'Open' }).first().click()
    await page.getByLabel('job_title').fill('Inventor')
    const save = page.getByRole('button', { name: 'Save job_title' })
    const bottom = ((await save.boundingBox())?.y ?? Number.NaN) + 20
    expect(bottom).toBeLessThan(page.viewportSize()?.height ?? 0)
    await save.click()
    await page.getByRole('button', { name: 'Save', exact: true }).waitFor()

    expect(await page.locator('.panel [role=status]').innerText()).toBe('Saved: job_title.')
    const colors = await page.evaluate(
      `[...document.querySelectorAll('.actions button')].map((button) => getComputedStyle(button).color)`,
    )
    // The first one cannot be pressed, and looks like it.
    expect(new Set(colors as string[]).size).toBe(2)
    await page.getByLabel('job_title').fill('Painter')
    expect(await page.locator('.panel [role=status]').count()).toBe(0)
  })

  test('finds a message with the search of the first page', async ({ open, filled }) => {
    await using db = openDatabase(filled)
    const userId = String(await one(filled, 'select user_id from users limit 1'))
    const { chatId } = await db.chats.create({ userId, title: 'Shoes' })
    const messages = Array.from({ length: 40 }, (_, place) =>
      aMessage({
        id: `m${place}`,
        parts: [{ type: 'text', text: place === 20 ? 'A refund, please' : 'Hello' } as never],
      }),
    )
    await db.chats.save(chatId, messages, { userId })
    const page = await open()

    await page.getByLabel('Search rows').fill('refund')
    await page.keyboard.press('Enter')
    await page
      .getByText(/^No row of this table matches/)
      .getByRole('link', { name: 'the messages of chats' })
      .click()
    await page.getByRole('navigation', { name: 'Chats' }).getByRole('link', { name: /Shoes/ }).click()
    const message = page.getByRole('article').filter({ hasText: 'A refund, please' })
    await message.waitFor()

    expect(await message.getAttribute('aria-current')).toBe('true')
    expect(await page.locator('article[aria-current]').count()).toBe(1)
    await expect.poll(async () => (await message.boundingBox())?.y).toBeLessThan(200)
    // The list of hits is still beside it.
    expect((await page.getByLabel('Search what was said').boundingBox())?.y).toBeGreaterThan(0)
    expect(await message.innerText()).toMatch(/1 part\b/)
  })

  test('opens a row by what is in the last of many columns', async ({ open }) => {
    const page = await open()

    await entry(page, /^messages/).click()
    await page.getByRole('button', { name: 'output_tokens' }).click()
    await page.locator('.grid').evaluate((grid) => {
      const { parentElement: scroller } = grid as unknown as { parentElement: { scrollLeft: number } }
      scroller.scrollLeft = 10_000
    })
    const button = await page.getByRole('button', { name: 'Open' }).first().boundingBox()

    expect(button?.x).toBeGreaterThanOrEqual((await page.locator('.scroll').boundingBox())?.x ?? Number.NaN)
  })

  test('adds the value that the filter shows', async ({ open, filled }) => {
    const page = await open()

    await entry(page, /^customers/).click()
    await page.getByText('Filter', { exact: true }).click()
    await page.getByLabel('Column').selectOption('status')
    const shown = await page.getByLabel('Value').inputValue()
    await page.getByRole('button', { name: 'Add', exact: true }).click()

    expect(shown).toBe('prospect')
    await page.getByText('status = prospect').waitFor()
    await page
      .getByText(`${await one(filled, `select count(*)::int from customers where status = 'prospect'`)} rows`)
      .waitFor()
    await page.getByText('Filter', { exact: true }).click()
    expect(await page.getByLabel('Value').inputValue()).toBe('prospect')
  })

  test('sees in a read-only studio what a delete of a user would take along, and why nothing can be edited', async ({
    open,
    filled,
  }) => {
    const page = await open()
    const userId = await one(
      filled,
      'select user_id from messages group by 1 order by count(*) desc, 1 limit 1',
    )
    const messages = await one(filled, `select count(*)::int from messages where user_id = '${userId}'`)

    await entry(page, /^users/).click()
    await page
      .locator('tr', { hasText: String(userId) })
      .getByRole('button', { name: 'Open' })
      .click()
    await page.getByText('What would a delete take along?').click()
    const list = page.locator('.panel details').getByRole('listitem')

    await list.filter({ hasText: `${messages} rows of messages: deleted` }).waitFor()
    await page.getByText('Start the studio with --write to change rows.').waitFor()
  })

  test('exports all churned customers', async ({ open, filled }) => {
    const page = await open()
    const expected = Number(await one(filled, `select count(*) from customers where status = 'churned'`))

    await visit(page, 'Customers')
    await page.getByRole('link', { name: 'Filter and export the rows' }).click()
    await page.getByText('Filter', { exact: true }).click()
    await page.getByLabel('Column').selectOption('status')
    await page.getByLabel('Value').selectOption('churned')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText(new RegExp(`of ${expected} rows?\\b`)).waitFor()
    await page.getByText('Export', { exact: true }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'JSON' }).click(),
    ])
    const chunks: Buffer[] = []
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)

    const rows = JSON.parse(Buffer.concat(chunks).toString()) as { status: string }[]
    expect(download.suggestedFilename()).toBe('customers.json')
    expect(rows.map(({ status }) => status)).toEqual(Array.from({ length: expected }, () => 'churned'))
  })

  test('opens the row behind a foreign key of two columns', async ({ open }) => {
    const page = await open()

    await entry(page, /^messages/).click()
    const ids = ['user_id', 'chat_id'].map((column) =>
      page.locator(`td[data-column="${column}"] .cell`).first().innerText(),
    )
    const [userId, chatId] = await Promise.all(ids)
    await page.getByRole('link', { name: 'Open chats' }).first().click()
    await page.getByRole('heading', { name: 'chats' }).waitFor()

    for (const [column, id] of [
      ['user_id', userId],
      ['id', chatId],
    ])
      expect(await page.locator(`td[data-column="${column}"] .cell`).allInnerTexts()).toEqual([id])
  })

  test('reaches a row by the keyboard alone, and returns to it', async ({ open }) => {
    const page = await open()
    const focused = () => page.evaluate('document.activeElement.textContent')

    await page.locator('table.grid').waitFor()
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('page')
    const open1 = page.getByRole('button', { name: 'Open' }).first()
    await open1.focus()
    await page.keyboard.press('Enter')
    await page.locator('.panel dl').waitFor()
    expect(await page.evaluate('document.activeElement.className')).toBe('panel')
    await page.keyboard.press('Escape')

    await page.locator('.panel').waitFor({ state: 'detached' })
    expect(await focused()).toBe('Open')
  })
})

describe.skipIf(!CHROMIUM)('edits that are not saved', { timeout: 120_000 }, () => {
  test('are asked about by Back and by a reload, and Back works after that', async ({ open, filled }) => {
    const page = await open({ write: true, confirm: nameOf(filled) })
    const asked = questions(page, 'dismiss')

    await entry(page, /^people/).click()
    await page.locator('th button').first().click()
    await page.getByRole('button', { name: 'Open' }).first().click()
    const opened = page.url()
    await page.getByLabel('first_name').fill('Not saved')
    await page.evaluate('history.back()')
    await expect.poll(() => asked).toEqual(['confirm'])
    await expect.poll(() => page.url()).toBe(opened)
    expect(await page.getByLabel('first_name').inputValue()).toBe('Not saved')
    await page.evaluate('history.go(-3)')
    await expect.poll(() => asked).toEqual(['confirm', 'beforeunload'])
    expect(page.url()).toBe(opened)
    await page.evaluate('location.reload()')
    await expect.poll(() => asked).toEqual(['confirm', 'beforeunload', 'beforeunload'])
    expect(await page.getByLabel('first_name').inputValue()).toBe('Not saved')

    page.removeAllListeners('dialog')
    questions(page, 'accept')
    await page.evaluate('history.back()')
    await page.locator('.panel').waitFor({ state: 'detached' })
    expect(new URL(page.url()).searchParams.has('row')).toBe(false)
  })
})

describe.skipIf(!CHROMIUM)('several tabs', () => {
  test('need the link once', async ({ open, filled }) => {
    const page = await open()
    const second = await page.context().newPage()

    await second.goto(`${new URL(page.url()).origin}/people`)
    await second.getByText(nameOf(filled)).waitFor()
    await second.getByRole('navigation', { name: 'People' }).waitFor()

    expect(second.url()).not.toContain('token')
  })

  test('that edit one row do not overwrite or delete what the other has saved', async ({ open, filled }) => {
    const page = await open({ write: true, confirm: nameOf(filled) })
    const personId = await one(filled, 'select person_id from people order by person_id limit 1')
    const second = await page.context().newPage()
    const row = encodeURIComponent(JSON.stringify({ person_id: personId }))
    for (const tab of [page, second]) await tab.goto(`${new URL(page.url()).origin}/?table=people&row=${row}`)
    const save = async (tab: Page, name: string) => {
      await tab.getByLabel('first_name').fill(name)
      await tab.getByRole('button', { name: 'Save first_name' }).click()
    }
    const name = () => one(filled, `select first_name from people where person_id = '${personId}'`)

    await second.getByLabel('first_name').waitFor()
    await save(page, 'First tab')
    await expect.poll(name).toBe('First tab')
    await second.getByRole('button', { name: 'Delete …' }).click()
    await second.getByRole('button', { name: /^Delete \d+ rows|^Delete this row/ }).click()
    await second.getByText('Not deleted: another session has changed this row').waitFor()
    await second.getByRole('button', { name: 'Keep' }).click()
    await save(second, 'Second tab')
    await second.getByText('Not saved: another session has changed this row').waitFor()
    expect(await name()).toBe('First tab')
    await second.getByRole('button', { name: 'Reload the row, without these edits' }).click()
    await expect.poll(() => second.getByLabel('first_name').inputValue()).toBe('First tab')
    await second.getByLabel('first_name').fill('Too late')
    await one(filled, `delete from people where person_id = '${personId}'`)
    await second.getByRole('button', { name: 'Save first_name' }).click()
    await second.getByText('Not saved: another session has deleted this row').waitFor()
  })

  test('of a studio that was started again go on with what they show', async ({ browser, filled }) => {
    const options = { write: true, confirm: nameOf(filled) }
    const context = await browser.newContext()
    let studio = await startStudio(filled, options)
    try {
      const page = await context.newPage()
      await page.goto(studio.url)
      await entry(page, /^people/).click()
      await page.getByRole('button', { name: 'Open' }).first().click()
      await page.getByLabel('first_name').fill('Kept')
      await studio[Symbol.asyncDispose]()
      await page.getByRole('button', { name: 'Save first_name' }).click()
      await page.getByText('The studio does not answer: it was stopped').waitFor()
      studio = await startStudio(filled, { ...options, port: Number(new URL(studio.url).port) })
      await (await context.newPage()).goto(studio.url)
      await page.getByRole('button', { name: 'Save first_name' }).click()

      await expect
        .poll(() => one(filled, `select count(*)::int from people where first_name = 'Kept'`))
        .toBe(1)
    } finally {
      await context.close()
      await studio[Symbol.asyncDispose]()
    }
  })
})

test.skipIf(!CHROMIUM)(
  'a database server that stops and comes back needs no new studio',
  async ({ browser }) => {
    await using server = await startRestartableServer()
    await using studio = await startStudio(server.url)
    const context = await browser.newContext()
    try {
      const page = await context.newPage()
      await page.goto(studio.url)
      await entry(page, /^people/).click()
      await page.getByText('This table has no rows.').waitFor()
      await server.stop('fast')
      await page.reload()
      await page.getByText(/^The database cannot be reached/).waitFor()
      await server.start()
      await page.getByRole('button', { name: 'Try again' }).click()

      await page.getByText('This table has no rows.').waitFor()
    } finally {
      await context.close()
    }
  },
)
