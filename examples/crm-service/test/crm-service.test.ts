// cspell:ignore mobel moebel baltik zila zilla liepa chor sizemany
import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { grantedLogin } from '../../../scripts/scratch/index.ts'
import { launchChromium } from '../../../test/support/chromium.ts'
import { test as withDatabase } from '../../../test/support/database.ts'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const PICTURES = process.env.SCREENSHOTS

/** Starts the service in a process of its own, on a free port. */
async function start(databaseUrl: string): Promise<{ url: string; child: ChildProcess }> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, PORT: '0' }
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    const [url] = /http:\S+/.exec(line) ?? []
    if (url) return { url, child }
  }
  throw new Error('The service did not start.')
}

interface Fixtures {
  service: string
  browser: Browser
  page: Page
}

const test = withDatabase.extend<Fixtures>({
  service: [
    async ({ url }, use) => {
      const { fill } = await import('../example-data.ts')
      await fill(url)
      await using login = await grantedLogin(url, 'app')
      const { url: service, child } = await start(login.url)
      await use(service)
      child.kill('SIGTERM')
    },
    { scope: 'file' },
  ],
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads a fixture's needs from the pattern
    async ({}, use) => {
      const browser = await launchChromium()
      await use(browser)
      await browser.close()
    },
    { scope: 'file' },
  ],
  page: async ({ browser, service }, use) => {
    const context = await browser.newContext({ baseURL: service, viewport: { width: 1000, height: 700 } })
    await use(await context.newPage())
    await context.close()
  },
})

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}.png`, fullPage: true })
}

test('customers are searched, filtered, ordered and read page by page', async ({ page }) => {
  await page.goto('/')
  expect(await page.locator('tbody tr').count()).toBe(20)
  await picture(page, 'customers')
  await page.getByRole('link', { name: 'Next' }).click()
  const second = await page.locator('tbody td').first().textContent()
  await page.getByRole('link', { name: 'Next' }).click()
  await page.getByRole('link', { name: 'Previous' }).click()
  expect(await page.locator('tbody td').first().textContent()).toBe(second)

  await page.getByLabel('Country').fill('LV')
  await page.getByLabel('Order').selectOption('displayName')
  await page.getByRole('button', { name: 'Show' }).click()
  const names = await page.locator('tbody td:first-child').allTextContents()
  const countries = await page.locator('tbody td:nth-child(3)').allTextContents()
  expect(names.length).toBeGreaterThan(0)
  expect(new Set(countries)).toEqual(new Set(['LV']))

  await page.goto('/customers?search=baltic+mob')
  expect((await page.locator('tbody td:first-child').allTextContents()).sort()).toEqual([
    'BALTIC MOBEL',
    'Baltic Möbel',
  ])
})

test('customers with a tag are listed, and selected ones are archived together', async ({ page }) => {
  await page.goto('/customers?tag=reseller&sort=displayName')
  const names = await page.locator('tbody td:first-child').allTextContents()
  expect(new Set(await page.locator('tbody td:nth-child(5)').allTextContents()).size).toBeGreaterThan(1)
  for (const box of [0, 1]) await page.getByRole('checkbox').nth(box).check()
  await page.getByRole('button', { name: 'Archive selected' }).click()
  await page.goto('/customers?tag=reseller&sort=displayName')
  expect((await page.locator('tbody td:first-child').allTextContents())[0]).toBe(names[2])
})

test('a customer is changed once: a second form with the old version is refused', async ({ page }) => {
  await page.goto('/customers?search=möbel')
  await page.getByRole('link', { name: 'Baltic Möbel', exact: true }).click()
  const address = page.url()
  const other = await page.context().newPage()
  await other.goto(address)

  await page.getByLabel('Employees').fill('55')
  await page.getByRole('button', { name: 'Save' }).click()
  await other.getByLabel('Employees').fill('66')
  await other.getByRole('button', { name: 'Save' }).click()

  expect(await page.getByLabel('Employees').inputValue()).toBe('55')
  expect(await page.locator('.history').textContent()).toContain('company_size: – → 55')
  expect(await other.getByRole('alert').textContent()).toContain('The row has changed')
  await picture(page, 'customer')
  await page.getByLabel('Country').fill('ZZ')
  await page.getByRole('button', { name: 'Save' }).click()
  expect(await page.getByRole('alert').textContent()).toContain('ISO 3166-1')
})

test('a new customer that may exist is shown before it is saved', async ({ page }) => {
  await page.goto('/customers/new')
  await page.getByLabel('Name', { exact: true }).fill('Baltik Mobel')
  await page.getByRole('button', { name: 'Create' }).click()

  expect(await page.locator('.hint').textContent()).toContain('Baltic Möbel')
  await picture(page, 'new-customer')
  await page.getByRole('button', { name: 'Create it anyway' }).click()
  expect(await page.locator('h1').textContent()).toBe('Baltik Mobel')
})

test('duplicates are listed and merged, with their contacts and their addresses', async ({ page }) => {
  await page.goto('/duplicates')
  const row = page
    .locator('tbody tr', { hasText: 'BALTIC MOBEL' })
    .filter({ hasText: 'Baltic Möbel' })
    .first()
  await picture(page, 'duplicates')
  const loser = await row.getByRole('link', { name: 'BALTIC MOBEL' }).getAttribute('href')
  await row.getByRole('link', { name: 'Merge' }).click()
  await picture(page, 'merge')
  await page.getByRole('button', { name: 'Merge' }).click()

  expect(await page.locator('h1').textContent()).toBe('Baltic Möbel')
  expect(await page.getByLabel('Industry').inputValue()).toBe('Furniture')
  expect(await page.getByRole('cell', { name: 'Jānis Kalniņš' }).count()).toBe(1)
  expect(await page.locator('.history').textContent()).toContain('merge')
  const winner = page.url()
  await page.goto(loser as string)
  expect(page.url()).toBe(winner)
})

test('contacts are added and ended, and a customer is archived and restored', async ({ page }) => {
  await page.goto('/customers?sort=displayName')
  await page.locator('tbody a').first().click()
  await page.getByLabel('First name').fill('Grace')
  await page.getByLabel('Last name').fill('Hopper')
  await page.getByRole('button', { name: 'Add contact' }).click()
  const grace = page.locator('tr', { hasText: 'Grace Hopper' })
  await grace.getByRole('button', { name: 'End' }).click()
  expect(await grace.getByRole('button', { name: 'End' }).count()).toBe(0)
  await grace.getByRole('button', { name: 'Reopen' }).click()
  expect(await grace.getByRole('button', { name: 'End' }).count()).toBe(1)

  await page.getByRole('button', { name: 'Archive' }).click()
  expect(await page.locator('.hint').first().textContent()).toContain('archived')
  await page.getByRole('button', { name: 'Restore' }).click()
  expect(await page.getByRole('button', { name: 'Archive' }).count()).toBe(1)
})

/** Sends a CSV file to the page of imports, which then shows the result of the dry run. */
async function checkImport(page: Page, csv: string, by: readonly string[]): Promise<void> {
  await page.goto('/import')
  const file = { name: 'customers.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) }
  await page.getByLabel('CSV file').setInputFiles(file)
  for (const match of by) await page.getByLabel(match).check()
  await page.getByRole('button', { name: 'Check' }).click()
}

async function countsOf(page: Page, kind: string): Promise<string[]> {
  await page.waitForLoadState()
  return page.getByRole('row', { name: kind }).getByRole('cell').allTextContents()
}

test('an import is checked, its refused rows are corrected in a file, and both imports are undone', async ({
  page,
}) => {
  const csv = `\uFEFFexternalId;source;displayName;legalName;billingCountry;industry;companySize;tags;firstName;lastName;email
1;old-crm;Anchor & Sons;Anchor & Sons Ltd;LV;Fishing;12;"partner;north";Ann;Hook;ann@anchor.example
2;old-crm;Ropes, Nets;"Ropes, ""Nets"" Ltd";XX;Fishing;;;;;

;;BALTIC MOEBEL;SIA "Baltic Möbel";LV;Interiors;;;;;
3;old-crm;Sails;Sails Ltd;EE;;many;;Sal;Ling;sal@sails.example
4;old-crm;Keels;Keels Ltd;FI;;;;;;;too far
`
  await checkImport(page, csv, ['name'])
  expect(await page.getByRole('status').textContent()).toContain('5 rows, 0 skipped, 3 refused')
  expect(await countsOf(page, 'customers')).toEqual(['1', '1'])
  expect(await page.locator('.progress').allTextContents()).toEqual(['5 rows …'])
  expect(await page.locator('.progress').isVisible()).toBe(false)
  const refused = page.locator('.refused tbody tr')
  expect(await refused.allTextContents()).toEqual([
    expect.stringContaining('3billingCountryXX'),
    expect.stringMatching(/^6companySize\s*many/),
    expect.stringContaining('7column 12too far'),
  ])
  await picture(page, 'import')

  await page.getByRole('button', { name: 'Import 2 rows' }).click()
  expect(await countsOf(page, 'customers')).toEqual(['1', '1'])
  expect(await countsOf(page, 'contacts')).toEqual(['1', '0'])
  const first = (await page.locator('code').textContent()) ?? ''
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ])
  const file = await readFile(await download.path(), 'utf8')

  await checkImport(page, file.replace('XX', 'EE').replace('many', '7').replace('too far', ''), [])
  await page.getByRole('button', { name: 'Import 3 rows' }).click()
  expect(await countsOf(page, 'customers')).toEqual(['3', '0'])
  await page.getByRole('button', { name: 'Undo' }).click()
  expect(await countsOf(page, 'customers')).toEqual(['3', '0'])

  await page.goto('/customers?search=anchor')
  await page.getByRole('link', { name: 'Anchor & Sons' }).click()
  expect(await page.getByLabel('Tags').inputValue()).toBe('partner; north')
  expect(await page.locator('.details').textContent()).toContain('old-crm: 1')
  await page.getByLabel('Employees').fill('13')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.goto('/import')
  await page.getByLabel('Id of the import').fill(first)
  await page.getByRole('button', { name: 'Undo' }).click()
  expect(await page.getByRole('alert').textContent()).toContain('changed after the import: 1.')
  expect(await page.getByRole('listitem').allTextContents()).toEqual(['Anchor & Sons'])
  await picture(page, 'not-undone')
  await page.getByRole('button', { name: 'Keep these rows' }).click()
  expect(await countsOf(page, 'customers')).toEqual(['0', '1'])
})

test('values are escaped, and forms of other sites are refused', async ({ page, service }) => {
  await page.goto('/customers/new')
  await page.getByLabel('Name', { exact: true }).fill('<b>Bold</b> & Co')
  await page.getByRole('button', { name: 'Create' }).click()
  expect(await page.locator('h1').textContent()).toBe('<b>Bold</b> & Co')

  const headers = { origin: 'https://other.example', 'content-type': 'application/x-www-form-urlencoded' }
  const response = await fetch(`${service}/customers`, {
    method: 'POST',
    headers,
    body: 'displayName=Forged',
  })
  expect(response.status).toBe(403)
})
