import type { Database } from '@norberts-spark/db'
import { Hono } from 'hono'
import { csrf } from 'hono/csrf'
import { secureHeaders } from 'hono/secure-headers'
import { actAsAdministrator, type Env } from './acting.ts'
import { showError } from './errors.ts'
import { changeOf, listRequestOf, newCustomerOf, textOf } from './forms.ts'
import { imports } from './imports.ts'
import { customerPage } from './pages/customer.ts'
import { customersPage, newCustomerPage } from './pages/customers.ts'
import { duplicatesPage, mergePage } from './pages/duplicates.ts'

/** Builds the service with its routes. Forms are sent by browsers without a script; after each change the browser is redirected. */
export function buildApp(db: Database): Hono<Env> {
  const app = new Hono<Env>()
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'unsafe-inline'"],
        formAction: ["'self'"],
      },
    }),
  )
  app.use(csrf())
  app.use(actAsAdministrator(db))
  app.onError(showError)

  app.get('/', (c) => c.redirect('/customers'))

  app.get('/customers', async (c) => {
    const query = c.req.query()
    return c.html(customersPage(await c.get('db').customers.list(listRequestOf(query)), query))
  })

  app.get('/customers/new', (c) => c.html(newCustomerPage({}, [])))

  // Before a customer is saved, those that are likely the same are shown once.
  app.post('/customers', async (c) => {
    const form = await c.req.parseBody()
    const customer = newCustomerOf(form)
    const { customers } = c.get('db')
    const duplicates = form.confirmed ? [] : await customers.findDuplicates(probeOf(customer), { limit: 5 })
    if (duplicates.length > 0) return c.html(newCustomerPage(form, duplicates))
    return c.redirect(`/customers/${(await customers.create(customer)).customerId}`)
  })

  app.post('/customers/archive', async (c) => {
    const { id = [] } = await c.req.parseBody({ all: true })
    await c.get('db').customers.archiveMany([id].flat() as string[])
    return c.redirect('/customers')
  })

  app.get('/customers/:id', async (c) => {
    const { customers, auditLog } = c.get('db')
    const customer = await customers.get(c.req.param('id'))
    // The id of a merged customer leads to the winner, and so does its address.
    if (customer.customerId !== c.req.param('id')) return c.redirect(`/customers/${customer.customerId}`)
    const [duplicates, history] = await Promise.all([
      customer.archivedAt ? [] : customers.findDuplicates(customer.customerId, { limit: 5 }),
      auditLog.listByEntity('customer', customer.customerId, { limit: 20 }),
    ])
    return c.html(customerPage(customer, duplicates, history.items))
  })

  app.post('/customers/:id', async (c) => {
    const form = await c.req.parseBody()
    const { customerId } = await c
      .get('db')
      .customers.update(c.req.param('id'), changeOf(form), { ifVersion: Number(textOf(form, 'version')) })
    return c.redirect(`/customers/${customerId}`)
  })

  app.post('/customers/:id/archive', async (c) => {
    const { customerId } = await c.get('db').customers.archive(c.req.param('id'))
    return c.redirect(`/customers/${customerId}`)
  })

  app.post('/customers/:id/restore', async (c) => {
    const { customerId } = await c.get('db').customers.restore(c.req.param('id'))
    return c.redirect(`/customers/${customerId}`)
  })

  app.post('/customers/:id/contacts', async (c) => {
    const form = await c.req.parseBody()
    const id = c.req.param('id')
    await c.get('db').transaction(async (tx) => {
      const email = textOf(form, 'email') || null
      const known = email === null ? undefined : await tx.people.findByEmail(email)
      const person =
        known ??
        (await tx.people.create({
          firstName: textOf(form, 'firstName'),
          lastName: textOf(form, 'lastName'),
          email,
        }))
      await tx.customers.addContact(id, person.personId)
    })
    return c.redirect(`/customers/${id}`)
  })

  app.post('/customers/:id/contacts/:contactId/end', async (c) => {
    await c.get('db').customers.endContact(c.req.param('contactId'), new Date().toISOString().slice(0, 10))
    return c.redirect(`/customers/${c.req.param('id')}`)
  })

  app.post('/customers/:id/contacts/:contactId/reopen', async (c) => {
    await c.get('db').customers.reopenContact(c.req.param('contactId'))
    return c.redirect(`/customers/${c.req.param('id')}`)
  })

  app.get('/duplicates', async (c) =>
    c.html(
      duplicatesPage(await c.get('db').customers.listDuplicates({ limit: 20, after: c.req.query('after') })),
    ),
  )

  app.get('/merge', async (c) => {
    const { customers } = c.get('db')
    const [winner, loser] = await Promise.all([
      customers.get(c.req.query('winner') ?? ''),
      customers.get(c.req.query('loser') ?? ''),
    ])
    return c.html(mergePage(winner, loser))
  })

  app.post('/merge', async (c) => {
    const form = await c.req.parseBody()
    const { customerId } = await c
      .get('db')
      .customers.merge(textOf(form, 'winner'), [textOf(form, 'loser')], {
        fields: changeOf(form),
        ifVersion: Number(textOf(form, 'version')),
      })
    return c.redirect(`/customers/${customerId}`)
  })

  app.route('/import', imports)

  return app
}

function probeOf({ displayName, legalName, websiteUrl, billingCountry }: ReturnType<typeof newCustomerOf>) {
  return { displayName, legalName, websiteUrl, billingCountry }
}
