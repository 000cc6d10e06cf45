import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { TABLES } from '../../../generated/catalog.ts'
import { CHROMIUM } from '../../support/chromium.ts'
import { runSql } from '../../support/databases.ts'
import { one } from '../../support/studio.ts'
import { see, test } from '../../support/studio-browser.ts'

describe.skipIf(!CHROMIUM)('the pages about the structure', () => {
  test('draws the diagram', async ({ open, filled }) => {
    const page = await open()

    await page.getByRole('link', { name: 'Diagram' }).click()
    await page.locator('svg [data-table="parts"]').waitFor()
    await see(page, 'diagram')

    expect(await page.locator('svg [data-table]').count()).toBe(TABLES.length)
    expect(await page.locator('svg polyline').count()).toBeGreaterThanOrEqual(7)
    await page.locator('svg [data-table="messages"]').hover()
    expect(await page.locator('svg .key.is-lit polyline').count()).toBeGreaterThanOrEqual(3)
    await page.getByLabel('Search tables and columns').fill('temperature')
    expect(await page.locator('svg a.is-lit').count()).toBe(1)
    await page.reload()
    await page.locator('svg a.is-lit').waitFor()
    expect(await page.getByLabel('Search tables and columns').inputValue()).toBe('temperature')
    const before = (await page.locator('#page svg').boundingBox())?.width ?? 0
    expect(await page.locator('svg polyline.cascades').count()).toBe(
      await one(
        filled,
        `select count(*)::int from pg_constraint as k join pg_class as c on c.oid = k.conrelid
         where contype = 'f' and confdeltype = 'c' and connamespace = 'public'::regnamespace and not relispartition`,
      ),
    )
    const marks = await page.locator('[data-key="customers_owner_id_fkey"] text').allTextContents()
    expect(marks).toEqual(['n ∅', '0..1'])
    await page.getByRole('button', { name: 'Larger' }).click()
    expect((await page.locator('#page svg').boundingBox())?.width).toBeGreaterThan(before)
    await page.getByRole('button', { name: 'Fit' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as SVG' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('diagram.svg')
    await page.locator('svg [data-table="messages"] rect').first().click()
    await page.getByRole('heading', { name: 'messages' }).waitFor()
    expect(new URL(page.url()).searchParams.get('table')).toBe('messages')
  })

  test('are not read for the first page', async ({ open, browser, studioWith }) => {
    await open()
    const { url } = await studioWith({})
    const page = await browser.newPage()
    const paths: string[] = []
    page.on('request', (request) => paths.push(new URL(request.url()).pathname))
    await page.goto(url)
    await page.locator('#page tbody tr').first().waitFor()
    await page.close()

    expect(paths).toEqual(['/', ...['/assets/pages.css', '/assets/pages.js'], '/api/info', '/api/rows'])
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

  test('has the plan of a statement as a tree, with example values and the slowest node marked', async ({
    open,
  }) => {
    const page = await open()

    await page.getByRole('link', { name: 'Statements' }).click()
    await page.getByLabel('Search statements').fill('seq scan')
    expect(await page.locator('main details').count()).toBeGreaterThan(0)
    await page.reload()
    await page.getByLabel('Search statements').waitFor()
    expect(await page.getByLabel('Search statements').inputValue()).toBe('seq scan')
    await page.getByLabel('Search statements').fill('customers.list')
    const statement = page.locator('details[id="customers.list(status)"]')
    await statement.locator('summary').first().click()
    await statement.getByText('slowest').waitFor()
    await see(page, 'statements')

    expect(await statement.getByRole('status').innerText()).toMatch(/^\d+(\.\d+)? ms/)
    expect(['prospect', 'active', 'paused', 'churned']).toContain(
      await statement.getByLabel(/status:/).inputValue(),
    )
    const tree = statement.getByRole('list', { name: 'Plan' }).first()
    expect(await tree.locator('.is-slowest').count()).toBe(1)
    await statement.getByLabel(/status:/).fill('churned')
    await statement.getByRole('button', { name: 'Show the plan for these values' }).click()
    await expect.poll(() => tree.innerText()).toContain("'churned'::customer_status")
  })

  test('finds statements by repository, table and index, and sorts them by time', async ({ open }) => {
    const page = await open()

    await page.getByRole('link', { name: 'Statements' }).click()
    const read = page.getByLabel('Index', { exact: true })
    await read.waitFor()
    const [, index = ''] = await read.locator('option').allInnerTexts()
    await read.selectOption(index)
    const rows = page.locator('main details > summary')
    expect(await rows.count()).toBeGreaterThan(0)
    for (const text of await rows.allInnerTexts()) expect(text).toContain(index)
    await read.selectOption('')
    await page.getByLabel('Table').selectOption('people')
    await page.getByLabel('Repository').selectOption('customers')
    for (const text of await rows.allInnerTexts()) expect(text).toMatch(/^customers\./)
    await page.getByLabel('Search statements').fill('customers.listContacts')
    await page.getByRole('button', { name: /^Measure these/ }).click()
    await page.getByRole('button', { name: /^Measure these/ }).waitFor()
    const times = (await page.locator('summary .time').allInnerTexts()).map((text) => Number.parseFloat(text))
    expect(times.length).toBeGreaterThan(0)
    expect(times).toEqual(times.toSorted((one, other) => other - one))
  })

  test('marks unused and redundant indexes, and says since when', async ({ open, filled }) => {
    await runSql(filled, 'create index people_extra_idx on people (last_name)')
    try {
      const page = await open()

      await page.getByRole('link', { name: 'Indexes' }).click()
      await page.getByText(/Scans are counted since/).waitFor()
      await page.getByLabel('Show').selectOption('redundant')
      expect(await page.locator('tbody tr').allInnerTexts()).toEqual([
        expect.stringMatching(
          /people_extra_idx\s+never used\s+covered by people_last_name_person_id_created_at_idx/,
        ),
      ])
      await page.getByLabel('Show').selectOption('unused')
      await see(page, 'indexes')
      expect(await page.locator('tbody tr', { hasText: 'users_email_key' }).count()).toBe(0)
    } finally {
      await runSql(filled, 'drop index people_extra_idx')
    }
  })

  test('says what a role may do, and which rows it sees', async ({ open, filled }) => {
    const role = `reader_${randomUUID().slice(0, 8)}`
    await runSql(
      filled,
      `create role ${role} login; grant select on customers to ${role}; grant select (user_id, name) on users to ${role}`,
    )
    try {
      const page = await open()

      await page.getByRole('link', { name: 'Access' }).click()
      await page.getByLabel('What may this role do?').selectOption(role)
      const table = page.getByRole('table', { name: `Privileges of ${role}` })
      await table.waitFor()
      await see(page, 'access')

      expect(await table.locator('tbody tr').count()).toBe(2)
      expect(await table.locator('tr', { hasText: 'customers' }).innerText()).toMatch(
        /select\s+\w+: customers_/,
      )
      expect(await table.locator('tr', { hasText: 'users' }).innerText()).toContain('only user_id, name')
      expect(await page.getByRole('table', { name: 'Policies' }).innerText()).toContain('ai_options_owner')
      await page.getByText('It may create nothing.').waitFor()
      await runSql(filled, `grant create on schema public to ${role}; alter role ${role} createrole`)
      await page.reload()
      await page.getByText('It may create tables and functions in schema public, roles.').waitFor()
    } finally {
      await runSql(filled, `drop owned by ${role}; drop role ${role}`)
    }
  })

  test('lists partitions, and what the server replicates', async ({ open, filled }) => {
    await runSql(filled, 'create publication studio_test for table users')
    try {
      const page = await open()

      await page.getByRole('link', { name: 'Partitions' }).click()
      await page.getByRole('cell', { name: 'audit_log_earlier' }).waitFor()
      await see(page, 'partitions')
      await page.getByRole('link', { name: 'Replication' }).click()
      await page.getByText('the primary').waitFor()
      await see(page, 'replication')

      expect(await page.getByRole('region', { name: 'Publications' }).innerText()).toMatch(
        /studio_test\s+users\s+insert, update, delete/,
      )
      expect(await page.locator('main').innerText()).toContain('There is no replication slot.')
    } finally {
      await runSql(filled, 'drop publication studio_test')
    }
  })
})
