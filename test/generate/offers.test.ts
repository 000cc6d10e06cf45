import pg from 'pg'
import { expect } from 'vitest'
import { unservedOffers } from '../../scripts/generate/offers.ts'
import { test } from '../support/database.ts'

const offersOf = (offers: object) => ({
  ...{ name: 'notes.list', sql: '', formatted: '', parameters: [] },
  offers: { table: 'notes', key: 'id', within: [], orderBy: [], where: [], contents: [], ...offers },
})

test('orders and filters that no index serves are named', async ({ url }) => {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`
    create table notes (id int primary key, owner int not null, at date not null, title text not null, code text not null unique, note text, words text[], facts jsonb);
    create index on notes (at, id);
    create index on notes (owner, title, id);
    create index on notes (title) where note is null;
    create index on notes using hash (owner);
    create index on notes using gin (words) where words is not null;
    create index on notes (facts);
    create index on notes (note, id)`)
  const unserved = (offers: object) => unservedOffers(client, [offersOf(offers)])

  expect(await unserved({ orderBy: ['at', 'code'], where: ['at', 'title', 'owner', 'note'] })).toEqual([])
  expect(await unserved({ within: ['owner'], orderBy: ['title'], where: ['title'] })).toEqual([])
  expect(await unserved({ contents: ['words', 'facts', 'note'] })).toEqual([
    'notes.list: a filter by what facts contains; create an index using gin (facts)',
    'notes.list: a filter by what note contains; create an index using gin (note)',
  ])
  expect(await unserved({ orderBy: ['title', 'owner', 'note', 'missing'], where: ['missing'] })).toEqual([
    'notes.list: an order by title; create an index on (title, id)',
    'notes.list: an order by owner; create an index on (owner, id)',
    'notes.list: an order by note, which may be null',
    'notes.list: an order by missing, which may be null',
    'notes.list: a filter by missing; create an index that begins with missing',
  ])
  await client.end()
})
