// cspell:ignore connectionrefused networkidle
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { TABLES } from '../../../generated/catalog.ts'
import { CHROMIUM } from '../../support/chromium.ts'
import { runSql } from '../../support/databases.ts'
import { nameOf, one } from '../../support/studio.ts'
import { see, test } from '../../support/studio-browser.ts'

/** The cell of a column in the first row. */
const cell = (page: Page, column: string) => page.locator(`td[data-column="${column}"]`).first()

/** Opens a table and its first row. */
async function openRow(page: Page, table: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Tables' })
    .getByRole('link', { name: new RegExp(`^${table}\\b`) })
    .click()
  await page.getByRole('button', { name: 'Open' }).first().click()
  await page.locator('.panel dl, .panel form').waitFor()
}

describe.skipIf(!CHROMIUM)(
  `the studio in ${CHROMIUM ?? 'Chromium, which this machine lacks: not run'}`,
  () => {
    test('lists the tables, and keeps the token out of the address', async ({ open }) => {
      const page = await open()

      await page.getByRole('navigation', { name: 'Tables' }).waitFor()
      const tables = await page.locator('nav.tables a').allInnerTexts()

      expect(tables.map((text) => text.split(' ')[0])).toEqual(TABLES)
      expect(page.url()).not.toContain('token')
      expect(await page.context().cookies()).toEqual([])
    })

    test('shows the rows page by page', async ({ open }) => {
      const page = await open()

      await page.getByRole('link', { name: /^messages/ }).click()
      const first = await cell(page, 'id').innerText()
      await see(page, 'rows')
      await page.getByRole('button', { name: 'Next page' }).click()

      await expect.poll(() => cell(page, 'id').innerText()).not.toBe(first)
      expect(new URL(page.url()).searchParams.get('page')).toBe('2')
    })

    test('follows foreign keys of several columns, there and back', async ({ open, filled }) => {
      const page = await open()

      await page.getByRole('link', { name: /^parts/ }).click()
      const messageId = await cell(page, 'message_id').locator('.cell').innerText()
      await cell(page, 'message_id').getByRole('link', { name: 'Open messages' }).click()
      await expect.poll(() => page.locator('td[data-column="id"] .cell').allInnerTexts()).toEqual([messageId])

      await page.getByRole('button', { name: 'Open' }).click()
      await page.getByRole('link', { name: /^parts:/ }).click()
      const expected = await one(filled, `select count(*)::int from parts where message_id = '${messageId}'`)
      await expect.poll(() => page.locator('tbody tr').count()).toBe(expected)
    })

    test('shows the beginning of a long value, and all of it on demand', async ({ open, filled }) => {
      await runSql(
        filled,
        `update customers set attributes = (select jsonb_build_object('list', jsonb_agg(7)) from generate_series(1, 6000))`,
      )
      for (const write of [false, true]) {
        const page = await open(write ? { write, confirm: nameOf(filled) } : {})
        await openRow(page, 'customers')
        const shown = page.locator('.panel pre').filter({ hasText: '"list": [' })
        const before = (await shown.innerText()).length
        await page.getByRole('button', { name: /^Show all 42,\d{3} characters$/ }).click()

        await expect.poll(async () => (await shown.innerText()).length).toBeGreaterThan(before)
        const edit = page.getByRole('button', { name: 'Edit attributes' })
        expect(await edit.count()).toBe(write ? 1 : 0)
        if (!write) continue
        await edit.click()
        await page.getByLabel('attributes').fill('{"text": "short"}')
        await page.getByRole('button', { name: 'Save attributes' }).click()
        await expect
          .poll(() => one(filled, `select count(*)::int from customers where attributes->>'text' = 'short'`))
          .toBe(1)
      }
    })

    test('offers nothing that writes in read-only mode', async ({ open }) => {
      const page = await open()

      await openRow(page, 'people')
      await see(page, 'row')

      for (const name of ['Insert row', 'Insert', 'Delete …'])
        expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0)
      expect(await page.getByRole('button', { name: /^Save/ }).count()).toBe(0)
      expect(await page.locator('.panel input, .panel textarea, .panel select').count()).toBe(0)
    })

    test('changes a row in writable mode, with value lists and the messages of constraints', async ({
      open,
      filled,
    }) => {
      const page = await open({ write: true, confirm: nameOf(filled) })

      await page.getByText('writable').waitFor()
      await openRow(page, 'people')
      await page.getByLabel('first_name').fill('Changed in the studio')
      await page.getByRole('button', { name: 'Save first_name' }).click()
      await page.getByText('Saved.').or(page.getByLabel('first_name')).first().waitFor()
      await expect
        .poll(() =>
          one(filled, `select count(*)::int from people where first_name = 'Changed in the studio'`),
        )
        .toBe(1)

      await openRow(page, 'users')
      expect(await page.getByLabel('role').locator('option').allInnerTexts()).toEqual(
        expect.arrayContaining(['user', 'admin']),
      )
      expect(await page.getByLabel('password').count()).toBe(0)
      await page.getByLabel(/^name/).fill('')
      await page.getByRole('button', { name: 'Save name' }).click()
      await page.locator('.panel [role=status]').waitFor()
      const message = await page.locator('.panel [role=status]').innerText()
      expect(message).toMatch(/^[A-Z].*\.$/)
      expect(message).not.toContain('Failing row')
    })

    test('asks before edits that are not saved are left, by a link and by a button', async ({
      open,
      filled,
    }) => {
      const page = await open({ write: true, confirm: nameOf(filled) })
      const asked: string[] = []
      page.on('dialog', (dialog) => {
        asked.push(dialog.type())
        void dialog.dismiss()
      })

      await openRow(page, 'people')
      await page.getByLabel('first_name').fill('Not saved')
      await page.getByRole('link', { name: 'Diagram' }).click({ noWaitAfter: true })
      await expect.poll(() => asked).toEqual(['beforeunload'])
      await page.getByRole('button', { name: 'Close' }).click()
      await expect.poll(() => asked).toEqual(['beforeunload', 'confirm'])

      expect(await page.getByLabel('first_name').inputValue()).toBe('Not saved')
      expect(await one(filled, `select count(*)::int from people where first_name = 'Not saved'`)).toBe(0)
    })

    test('does not overwrite a row that another tab has changed', async ({ open, filled }) => {
      const page = await open({ write: true, confirm: nameOf(filled) })

      await openRow(page, 'people')
      const personId = await cell(page, 'person_id').locator('.cell').innerText()
      await page.getByLabel('first_name').fill('Of this tab')
      await one(filled, `update people set first_name = 'Of the other' where person_id = '${personId}'`)
      await page.getByRole('button', { name: 'Save first_name' }).click()

      await page.getByText('Not saved: another session has changed this row').waitFor()
      expect(await one(filled, `select first_name from people where person_id = '${personId}'`)).toBe(
        'Of the other',
      )
    })

    test('reports bad JSON, and inserts a row of defaults or says what is missing', async ({
      open,
      filled,
    }) => {
      const page = await open({ write: true, confirm: nameOf(filled) })
      const { origin } = new URL(page.url())

      await page.goto(`${origin}/?table=parts&sort=payload`)
      await page.getByRole('button', { name: 'Open' }).first().click()
      await page.getByLabel(/^payload/).fill('{"type": ')
      await page.getByRole('button', { name: /^Save/ }).click()
      await page.getByText(/^payload is not JSON: /).waitFor()
      page.on('dialog', (dialog) => void dialog.accept())
      await page.goto(`${origin}/?table=people`)
      await page.getByRole('button', { name: 'Insert row' }).click()
      await page.getByRole('button', { name: 'Insert', exact: true }).click()
      await page.locator('.panel [role=status]').waitFor()

      expect(await page.locator('.panel [role=status]').innerText()).toBe('First name is required.')
    })

    test('counts the rows that a delete takes along, with "Keep" focused', async ({ open, filled }) => {
      const page = await open({ write: true, confirm: nameOf(filled) })
      const userId = await one(
        filled,
        'select user_id from messages group by 1 order by count(*) desc limit 1',
      )
      const messages = await one(filled, `select count(*)::int from messages where user_id = '${userId}'`)
      const { origin } = new URL(page.url())

      await page.goto(`${origin}/?table=users&row=${encodeURIComponent(JSON.stringify({ user_id: userId }))}`)
      await page.getByRole('button', { name: 'Delete …' }).click()
      await page
        .getByRole('listitem')
        .filter({ hasText: `${messages} rows of messages: deleted` })
        .waitFor()
      await see(page, 'delete')
      expect(await page.evaluate('document.activeElement?.textContent')).toBe('Keep')
      await page.keyboard.press('Enter')

      await page.getByRole('dialog').waitFor({ state: 'detached' })
      expect(await one(filled, `select count(*)::int from users where user_id = '${userId}'`)).toBe(1)
    })

    test('tells an empty result, a renamed column and a stopped server apart', async ({ open, filled }) => {
      const page = await open()
      const { origin } = new URL(page.url())

      await page.goto(`${origin}/?table=people&q=zzzzzz`)
      await page.getByText('No row of this table matches the search and the filters.').waitFor()
      await page.goto(`${origin}/?table=people&sort=job_title`)
      await cell(page, 'job_title').waitFor()
      await one(filled, 'alter table people rename job_title to title')
      try {
        await page.reload()
        await page.getByText('The table people has no column job_title any more. Reload the page.').waitFor()
      } finally {
        await one(filled, 'alter table people rename title to job_title')
      }
      await page.route('**/api/rows', (route) => route.abort('connectionrefused'))
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.getByText('The studio does not answer: it was stopped').waitFor()
    })

    test('offers a way back where the value of a filter cannot be read', async ({ open }) => {
      const page = await open()

      await page.getByRole('link', { name: /^people/ }).click()
      await page.getByText('Filter', { exact: true }).click()
      await page.getByLabel('Column').selectOption('person_id')
      await page.getByLabel('Value').fill('not a uuid')
      await page.getByRole('button', { name: 'Add', exact: true }).click()
      await page.getByText('person_id: invalid input syntax for type uuid').waitFor()
      await page.getByRole('button', { name: 'Show all rows of people' }).click()

      await cell(page, 'first_name').waitFor()
    })

    test('runs a query with a limit, and cancels one', async ({ open }) => {
      const page = await open()

      await page.getByRole('link', { name: 'SQL' }).click()
      await page.getByLabel('SQL').fill('select * from generate_series(1, 1000000) as n')
      await page.getByRole('button', { name: /^Run/ }).click()
      await page.getByText('The first 100 rows; there are more.').waitFor()
      expect(await page.locator('tbody tr').count()).toBe(100)
      await page.getByLabel('SQL').fill('select users::text, name from users')
      await page.keyboard.press('Control+Enter')
      await page.getByText('(hidden)').first().waitFor()
      await see(page, 'sql')
      await page.getByLabel('SQL').fill('select pg_sleep(20)')
      await page.keyboard.press('Control+Enter')
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByText('Canceled.').waitFor()
    })

    test('exports all rows that the filter finds', async ({ open, filled }) => {
      const page = await open()
      const { origin } = new URL(page.url())
      const where = JSON.stringify([{ column: 'role', operator: '=', value: 'user' }])
      const expected = Number(await one(filled, `select count(*) from messages where role = 'user'`))

      await page.goto(`${origin}/?table=messages&where=${encodeURIComponent(where)}`)
      await page.getByText('Export').click()
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'JSON' }).click(),
      ])
      const chunks: Buffer[] = []
      for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)

      expect(download.suggestedFilename()).toBe('messages.json')
      expect(JSON.parse(Buffer.concat(chunks).toString())).toHaveLength(expected)
    })

    test('shows a chat as a conversation, found by what was said', async ({ open, filled }) => {
      const found = await one(
        filled,
        `select m.user_id || ' ' || m.chat_id || ' ' || count(*) from messages m
         join parts p on (p.user_id, p.chat_id, p.message_id) = (m.user_id, m.chat_id, m.id)
         where p.type like 'tool-%' group by m.user_id, m.chat_id order by count(*) desc limit 1`,
      )
      const [userId, chatId] = String(found).split(' ')
      const messages = await one(filled, `select count(*)::int from messages where chat_id = '${chatId}'`)
      const text = String(
        await one(
          filled,
          `select search_text from parts where chat_id = '${chatId}' and type = 'text' and message_id in
             (select id from messages where chat_id = '${chatId}' and role = 'user') limit 1`,
        ),
      )
      const words = text.split(/\s+/).slice(0, 4).join(' ')
      const page = await open()

      await page.getByRole('link', { name: 'Chats', exact: true }).click()
      await page.getByLabel('Search what was said').fill(words)
      await page.keyboard.press('Enter')
      const hit = page
        .locator(`nav[aria-label="Chats"] a[href*="user=${userId}"][href*="chat=${chatId}"]`)
        .first()
      await hit.click()
      await page.locator('article.message').first().waitFor()
      await see(page, 'chat')

      expect(await page.locator('article.message').count()).toBe(messages)
      expect(await page.locator('main').innerText()).toContain(text.split('\n')[0])
      const tool = page.locator('details.tool').first()
      await tool.locator('summary').click()
      await tool.getByRole('heading', { name: 'Input' }).waitFor()
      await page.getByRole('button', { name: 'JSON' }).first().click()
      await page
        .getByText(/"parts": \[/)
        .first()
        .waitFor()
    })

    test('shows nothing without the token', async ({ open, filled }) => {
      const page = await open()
      const { origin } = new URL(page.url())
      const stranger = await page.context().browser()!.newPage()

      for (const path of ['/', '/diagram', '/#token=guess']) {
        await stranger.goto(origin + path)
        await stranger.getByText('the command `studio` printed').waitFor()
        expect(await stranger.content()).not.toContain(nameOf(filled))
      }
    })

    test('sends nothing to a server on another port, and answers none of its pages', async ({ open }) => {
      const page = await open()
      const { origin } = new URL(page.url())
      await page.getByRole('navigation', { name: 'Tables' }).waitFor()
      const received: IncomingHttpHeaders[] = []
      const neighbor = createServer((request, response) => {
        received.push(request.headers)
        response.setHeader('content-type', 'text/html').end('<title>neighbor</title>')
      }).listen(0, '127.0.0.1')
      await once(neighbor, 'listening')
      const other = await page.context().newPage()
      try {
        await other.goto(`http://127.0.0.1:${(neighbor.address() as AddressInfo).port}/`)
        const stolen = await other.evaluate(async (studio) => {
          const attempts = ['/api/info', '/api/catalog'].map((path) =>
            fetch(studio + path, { credentials: 'include' }).then(
              (response) => response.text(),
              () => 'refused',
            ),
          )
          const posted = fetch(`${studio}/api/sql`, {
            method: 'POST',
            mode: 'no-cors',
            body: '{"sql":"select 1","limit":100}',
          }).then(
            (response) => response.text(),
            () => 'refused',
          )
          return [...(await Promise.all([...attempts, posted])), JSON.stringify({ ...sessionStorage })]
        }, origin)

        expect(stolen.slice(0, 2)).toEqual(['refused', 'refused'])
        expect(stolen[2]).toMatch(/^(refused)?$/)
        expect(stolen[3]).toBe('{}')
        expect(received.length).toBeGreaterThan(0)
        for (const headers of received) {
          expect(headers.cookie).toBeUndefined()
          expect(headers.authorization).toBeUndefined()
          expect(headers.referer ?? '').not.toContain(origin)
        }
      } finally {
        neighbor.close()
      }
    })

    test('runs nothing that rows contain', async ({ open, filled }) => {
      const script = `<img src=x onerror="document.title='hostile'"><script>document.title='hostile'</script>`
      await one(
        filled,
        `insert into people (first_name, last_name, job_title) values ('${script.replaceAll("'", "''").slice(0, 90)}', 'javascript:document.title=1', '</script><svg onload=document.title=1>')`,
      )
      await one(filled, `comment on table people is '<img src=x onerror="document.title=1">'`)
      const page = await open()
      const { origin } = new URL(page.url())

      for (const path of [
        '/?table=people&q=javascript',
        '/dictionary',
        '/diagram',
        `/sql?sql=${encodeURIComponent('select * from people')}`,
        `/?table=${encodeURIComponent(script)}`,
        `/?table=people&q=${encodeURIComponent(script)}`,
      ]) {
        await page.goto(origin + path)
        await page.waitForLoadState('networkidle')
        expect(await page.title()).not.toMatch(/hostile|^1$/)
        expect(await page.locator('main img, main script').count()).toBe(0)
      }
    })
  },
)
