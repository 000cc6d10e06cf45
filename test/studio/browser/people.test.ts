// cspell:ignore Grete Noether
import { describe, expect } from 'vitest'
import { openDatabase } from '../../../src/index.ts'
import { CHROMIUM } from '../../support/chromium.ts'
import { runSql } from '../../support/databases.ts'
import { aUser } from '../../support/factories.ts'
import { see, test } from '../../support/studio-browser.ts'

describe.skipIf(!CHROMIUM)('the pages about people', () => {
  test('show a customer with contacts and history, and the calls that give the same', async ({
    open,
    filled,
  }) => {
    await using db = openDatabase(filled)
    const admin = await db.users.create(aUser({ name: 'Grete Hermann', role: 'admin' }))
    const acting = db.as({ userId: admin.userId })
    const customer = await acting.customers.create({
      legalName: 'Analytical Engines Ltd',
      displayName: 'Engines',
    })
    const person = await acting.people.create({
      firstName: 'Charles',
      lastName: 'Babbage',
      jobTitle: 'Inventor',
    })
    await acting.customers.addContact(customer.customerId, person.personId, { role: 'decision_maker' })
    await acting.customers.setStatus(customer.customerId, 'active')
    const page = await open()

    await page.getByRole('link', { name: 'Customers', exact: true }).click()
    await page.getByLabel('Search customers').fill('Engines')
    await page.keyboard.press('Enter')
    await page
      .getByRole('navigation', { name: 'Customers' })
      .getByRole('link', { name: /^Engines/ })
      .click()
    await page.getByRole('heading', { name: 'Engines' }).waitFor()
    const change = page
      .getByRole('list', { name: 'Timeline' })
      .getByRole('listitem')
      .filter({ hasText: 'update' })
    await change.first().waitFor()
    await see(page, 'customer')

    expect(await change.first().innerText()).toMatch(
      /Grete Hermann\s+update\s+customer\s+status prospect → active/,
    )
    expect(await page.getByRole('table', { name: 'Contacts' }).innerText()).toMatch(
      /Charles Babbage\s+decision_maker/,
    )
    for (const call of ['customers.get', 'customers.listContacts'])
      expect(await page.locator('main').innerText()).toContain(`db.${call}('${customer.customerId}')`)
    await page.getByRole('link', { name: 'Charles Babbage' }).click()
    await page.getByRole('heading', { name: 'Charles Babbage' }).waitFor()
    await see(page, 'person')
    expect(await page.getByRole('table', { name: 'Customers' }).innerText()).toMatch(
      /Engines\s+decision_maker/,
    )
    expect(await page.locator('main').innerText()).toContain(
      `db.people.listCustomersOf('${person.personId}')`,
    )
    await page.getByRole('link', { name: 'row of people' }).click()
    await expect
      .poll(() => page.locator('td[data-column="person_id"] .cell').allInnerTexts())
      .toEqual([person.personId])
  })

  test('show who changed a record, from its row', async ({ open, filled }) => {
    await using db = openDatabase(filled)
    const { userId } = await db.as({ system: 'nightly' }).users.create(aUser({ name: 'Before' }))
    await db.as({ system: 'nightly' }).users.update(userId, { name: 'After' })
    const page = await open()
    const { origin } = new URL(page.url())

    await page.goto(`${origin}/?table=users&row=${encodeURIComponent(JSON.stringify({ user_id: userId }))}`)
    await page.locator('.panel').getByRole('link', { name: 'History' }).click()
    const entries = page.getByRole('list', { name: 'Timeline' }).locator('> li')
    await entries.first().waitFor()
    await see(page, 'history')

    expect(await entries.count()).toBe(2)
    expect(await entries.first().innerText()).toMatch(
      /job nightly\s+update\s+user After\s+name Before → After/,
    )
    expect(await page.locator('main').innerText()).toContain(`db.auditLog.listByEntity('user', '${userId}')`)
    expect(await page.getByRole('link', { name: 'row of users' }).getAttribute('href')).toContain(userId)
  })

  test('find what a person did on a day, by the names that people know', async ({ open, filled }) => {
    await using db = openDatabase(filled)
    const admin = await db.users.create(aUser({ name: 'Emmy Noether', role: 'admin' }))
    const acting = db.as({ userId: admin.userId })
    const { customerId } = await acting.customers.create({
      legalName: 'Rings and Ideals Ltd',
      displayName: 'Ideals',
    })
    await acting.customers.setStatus(customerId, 'paused')
    await runSql(
      filled,
      `insert into audit_log (entity_type, entity_id, action, user_id, created_at)
         values ('customer', 'made up', 'greet', '${admin.userId}', '2024-02-29 23:59:59.999+00')`,
    )
    const page = await open()
    const entries = page.getByRole('list', { name: 'Timeline' }).locator('> li')

    await page.getByRole('link', { name: 'History', exact: true }).click()
    await page.getByLabel('User').fill('noether')
    await page.getByLabel('Kind of record').fill('customers')
    await page.keyboard.press('Enter')
    await expect.poll(() => entries.count()).toBe(3)
    expect(await entries.first().innerText()).toMatch(
      /Emmy Noether\s+update\s+customer Ideals\s+status prospect → paused/,
    )
    await page.getByLabel('Day').fill('2024-02-29')
    await page.keyboard.press('Enter')
    await expect.poll(() => entries.count()).toBe(1)

    expect(await entries.first().innerText()).toContain('greet')
    expect(await page.locator('main').innerText()).toContain(
      `from: new Date('2024-02-29T00:00:00.000Z'), to: new Date('2024-03-01T00:00:00.000Z')`,
    )
    await page.getByLabel('Day').fill('2024-03-01')
    await page.keyboard.press('Enter')
    await page.getByText('The audit log has no entry about this.').waitFor()
  })

  test('turn the pages of the history', async ({ open, filled }) => {
    await runSql(
      filled,
      `insert into audit_log (entity_type, entity_id, action, changes)
         select 'invoice', n::text, 'send', '{"total": 3, "password": "leaked"}' from generate_series(1, 150) as n`,
    )
    const page = await open()

    await page.getByRole('link', { name: 'History', exact: true }).click()
    await page.getByLabel('Action').fill('send')
    await page.keyboard.press('Enter')
    const entries = page.getByRole('list', { name: 'Timeline' }).locator('> li')
    await expect.poll(() => entries.count()).toBe(100)
    expect(await entries.first().innerText()).toMatch(/total 3\s+password \(hidden\)/)
    await page.getByRole('button', { name: 'Older entries' }).click()

    await expect.poll(() => entries.count()).toBe(50)
    expect(await page.locator('main').innerText()).toContain(`db.auditLog.listByAction('send')`)
  })
})
