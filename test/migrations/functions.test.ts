import { describe, expect, test } from 'vitest'
import { generated } from './generated.ts'

/** `letters` with this body, and what reaches it. */
const schema = (body: string, rest: string) => `
  create function letters(t text) returns text language sql immutable strict as $$ select ${body} $$;
  create function plain(t text) returns text language plpgsql immutable strict set search_path = public as $$ begin return letters(t); end $$;
  create table notes (id integer primary key, body text);
  ${rest}`

describe('a function that gets another body rebuilds', () => {
  test.for([
    ['an index of a function that calls it', 'create index notes_idx on notes (plain(body));'],
    [
      'an index of a function that calls it through an operator',
      `create function alike(a text, b text) returns boolean language plpgsql immutable strict set search_path = public as $$ begin return letters(a) = letters(b); end $$;
       create operator ==~ (function = alike, leftarg = text, rightarg = text);
       create function is_hello(t text) returns boolean language plpgsql immutable strict set search_path = public as $$ begin return t ==~ 'hello'; end $$;
       create index notes_idx on notes (is_hello(body));`,
    ],
    [
      'an index with an operator made of it',
      `create function alike(a text, b text) returns boolean language plpgsql immutable strict set search_path = public as $$ begin return letters(a) = letters(b); end $$;
       create operator ==~ (function = alike, leftarg = text, rightarg = text);
       create index notes_idx on notes ((body ==~ 'hello'));`,
    ],
    ['the predicate of an index', `create index notes_idx on notes (id) where plain(body) = 'hello';`],
    [
      'an index with an operator class made of it',
      `create function compare(a text, b text) returns integer language plpgsql immutable strict set search_path = public as $$
         begin return case when letters(a) < letters(b) then -1 when letters(a) > letters(b) then 1 else 0 end; end $$;
       create operator class by_letters for type text using btree as
         operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 compare(text, text);
       create index notes_idx on notes (body by_letters);`,
    ],
  ] as const)('%s', { timeout: 60_000 }, async ([, rest]) => {
    const files = await generated(schema('lower(t)', rest), schema('upper(t)', rest))

    expect(files.map(({ sql }) => sql).join()).toContain('reindex index concurrently notes_idx')
  })
})
