-- Written by `npm run generate` from src/repositories/. Do not edit.

-- users.find
-- $1 userId: uuid
select
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt"
from
  "users"
where
  "user_id" = $1;

-- users.findByEmail
-- $1 email: citext
select
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt"
from
  "users"
where
  "email" = $1;

-- users.existsByEmail
-- $1 email: citext
select
  exists (
    select
      "user_id"
    from
      "users"
    where
      "email" = $1
  ) as "exists";

-- users.findCredentialsByEmail
-- $1 email: citext
select
  "user_id" as "userId",
  "password" as "passwordHash",
  "role"
from
  "users"
where
  "email" = $1;

-- users.create
-- $1 name: text
-- $2 email: citext
-- $3 passwordHash: text
-- $4 provider: text
-- $5 providerId: text
insert into
  "users" (
    "name",
    "email",
    "password",
    "provider",
    "provider_id"
  )
values
  ($1, $2, $3, $4, $5)
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- users.create(role)
-- $1 name: text
-- $2 email: citext
-- $3 passwordHash: text
-- $4 provider: text
-- $5 providerId: text
-- $6 role: text
insert into
  "users" (
    "name",
    "email",
    "password",
    "provider",
    "provider_id",
    "role"
  )
values
  ($1, $2, $3, $4, $5, $6)
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- users.update
-- $1 name: text
-- $2 email: citext
-- $3 userId: uuid
update "users"
set
  "name" = coalesce($1, "name"),
  "email" = coalesce($2, "email")
where
  "user_id" = $3
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- users.setPassword
-- $1 passwordHash: text
-- $2 userId: uuid
update "users"
set
  "password" = $1
where
  "user_id" = $2
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- users.setRole
-- $1 role: text
-- $2 userId: uuid
update "users"
set
  "role" = $1
where
  "user_id" = $2
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- users.deleteMany
-- $1 userIds: uuid[]
delete from "users"
where
  "user_id" in (
    select
      "user_id"
    from
      "users"
    where
      "user_id" = any ($1::uuid[])
    order by
      "user_id"
    for update
  );

-- users.list
-- $1 behindAt: timestamp with time zone
-- $2 behindId: uuid
-- $3 fetch: bigint
select
  *
from
  (
    select
      "user_id" as "userId",
      "name",
      "email",
      "role",
      "provider",
      "provider_id" as "providerId",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt"
    from
      "users"
    where
      ("created_at", "user_id") < ($1, $2)
    order by
      "created_at" desc,
      "user_id" desc
    limit
      201
  ) as "user"
order by
  "createdAt" desc,
  "userId" desc
limit
  $3;

-- users.list(role)
-- $1 role: text
-- $2 behindAt: timestamp with time zone
-- $3 behindId: uuid
-- $4 fetch: bigint
select
  *
from
  (
    select
      "user_id" as "userId",
      "name",
      "email",
      "role",
      "provider",
      "provider_id" as "providerId",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt"
    from
      "users"
    where
      "role" = $1
      and ("created_at", "user_id") < ($2, $3)
    order by
      "created_at" desc,
      "user_id" desc
    limit
      201
  ) as "user"
order by
  "createdAt" desc,
  "userId" desc
limit
  $4;

-- users.list(search)
-- $1 search: text
-- $2 behindRelevance: smallint
-- $3 behindAt: timestamp with time zone
-- $4 behindId: uuid
-- $5 fetch: bigint
select
  *
from
  (
    select
      "user_id" as "userId",
      "name",
      "email",
      "role",
      "provider",
      "provider_id" as "providerId",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      search_relevance (
        searchable (name || ' ' || email::text),
        (
          select
            searchable ($1)
        )
      ) as "relevance"
    from
      "users"
    where
      (
        search_relevance (
          searchable (name || ' ' || email::text),
          (
            select
              searchable ($1)
          )
        ),
        "created_at",
        "user_id"
      ) < ($2, $3, $4)
      and searchable (name || ' ' || email::text) like (
        select
          search_pattern ($1)
      )
    order by
      "relevance" desc,
      "created_at" desc,
      "user_id" desc
    limit
      201
  ) as "user"
order by
  "relevance" desc,
  "createdAt" desc,
  "userId" desc
limit
  $5;

-- users.list(role,search)
-- $1 search: text
-- $2 role: text
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 fetch: bigint
select
  *
from
  (
    select
      "user_id" as "userId",
      "name",
      "email",
      "role",
      "provider",
      "provider_id" as "providerId",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      search_relevance (
        searchable (name || ' ' || email::text),
        (
          select
            searchable ($1)
        )
      ) as "relevance"
    from
      "users"
    where
      "role" = $2
      and (
        search_relevance (
          searchable (name || ' ' || email::text),
          (
            select
              searchable ($1)
          )
        ),
        "created_at",
        "user_id"
      ) < ($3, $4, $5)
      and searchable (name || ' ' || email::text) like (
        select
          search_pattern ($1)
      )
    order by
      "relevance" desc,
      "created_at" desc,
      "user_id" desc
    limit
      201
  ) as "user"
order by
  "relevance" desc,
  "createdAt" desc,
  "userId" desc
limit
  $6;

-- users.signInWithProvider
-- $1 provider: text
-- $2 providerId: text
-- $3 name: text
-- $4 email: citext
with
  "known" as (
    select
      "user_id" as "userId",
      "name",
      "email",
      "role",
      "provider",
      "provider_id" as "providerId",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt"
    from
      "users"
    where
      "provider" = $1
      and "provider_id" = $2
  ),
  "turn" as (
    select
      pg_advisory_xact_lock(hashtextextended ($1 || ' ' || $2, 0)) as "taken"
    where
      not exists (
        select
          "userId"
        from
          "known"
      )
  ),
  "added" as (
    insert into
      "users" ("name", "email", "provider", "provider_id")
    select
      $3 as "name",
      $4 as "email",
      $1 as "provider",
      $2 as "provider_id"
    from
      "turn"
    on conflict ("provider", "provider_id") do update
    set
      "provider_id" = "excluded"."provider_id"
    returning
      "user_id" as "userId",
      "name",
      "email",
      "role",
      "provider",
      "provider_id" as "providerId",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      xmax = 0 as "created"
  )
select
  *,
  false as "created"
from
  "known"
union all
select
  *
from
  "added";
