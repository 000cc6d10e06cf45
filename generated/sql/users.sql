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
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy"
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
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy"
from
  "users"
where
  "email" = $1;

-- users.findByEmail as actor
-- $1 email: citext
select
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy"
from
  "users"
where
  user_id = (
    select
      find_user_by_email ($1::citext)
  );

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

-- users.existsByEmail as actor
-- $1 email: citext
select
  exists (
    select
      "user_id"
    from
      "users"
    where
      user_id = (
        select
          find_user_by_email ($1::citext)
      )
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
  "email" = $1
  and "deactivated_at" is null;

-- users.findCredentialsByEmail as actor
-- $1 email: citext
select
  "user_id" as "userId",
  "password" as "passwordHash",
  "role"
from
  "users"
where
  user_id = (
    select
      find_user_by_email ($1::citext)
  )
  and "deactivated_at" is null;

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
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

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
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- users.version
-- $1 rowId: uuid
select
  version
from
  "users"
where
  "user_id" = $1;

-- users.update
-- $1 name: text
-- $2 email: citext
-- $3 userId: uuid
-- $4 ifVersion: integer
update "users"
set
  "name" = coalesce($1, "name"),
  "email" = coalesce($2, "email")
where
  "user_id" = $3
  and (
    $4::integer is null
    or version = $4
  )
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- users.update merged
-- $1 name[]: text[]
-- $2 email[]: citext[]
-- $3 userId[]: uuid[]
-- $4 ifVersion[]: integer[]
update "users"
set
  "name" = coalesce("change"."$name", "name"),
  "email" = coalesce("change"."$email", "email")
from
  unnest(
    (
      select
        $1::text[]
    ),
    (
      select
        $2::citext[]
    ),
    (
      select
        $3::uuid[]
    ),
    (
      select
        $4::integer[]
    )
  ) with ordinality as change ("$name", "$email", "$userId", "$ifVersion", "$n")
where
  "user_id" = "change"."$userId"
  and (
    "change"."$ifVersion"::integer is null
    or version = "change"."$ifVersion"
  )
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy",
  "change"."$n"::integer as "$n";

-- users.setPassword
-- $1 passwordHash: text
-- $2 userId: uuid
-- $3 ifVersion: integer
update "users"
set
  "password" = $1
where
  "user_id" = $2
  and (
    $3::integer is null
    or version = $3
  )
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- users.setPassword merged
-- $1 passwordHash[]: text[]
-- $2 userId[]: uuid[]
-- $3 ifVersion[]: integer[]
update "users"
set
  "password" = "change"."$passwordHash"
from
  unnest(
    (
      select
        $1::text[]
    ),
    (
      select
        $2::uuid[]
    ),
    (
      select
        $3::integer[]
    )
  ) with ordinality as change ("$passwordHash", "$userId", "$ifVersion", "$n")
where
  "user_id" = "change"."$userId"
  and (
    "change"."$ifVersion"::integer is null
    or version = "change"."$ifVersion"
  )
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy",
  "change"."$n"::integer as "$n";

-- users.setRole
-- $1 role: text
-- $2 userId: uuid
-- $3 ifVersion: integer
update "users"
set
  "role" = $1
where
  "user_id" = $2
  and (
    $3::integer is null
    or version = $3
  )
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- users.setRole merged
-- $1 role[]: text[]
-- $2 userId[]: uuid[]
-- $3 ifVersion[]: integer[]
update "users"
set
  "role" = "change"."$role"
from
  unnest(
    (
      select
        $1::text[]
    ),
    (
      select
        $2::uuid[]
    ),
    (
      select
        $3::integer[]
    )
  ) with ordinality as change ("$role", "$userId", "$ifVersion", "$n")
where
  "user_id" = "change"."$userId"
  and (
    "change"."$ifVersion"::integer is null
    or version = "change"."$ifVersion"
  )
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy",
  "change"."$n"::integer as "$n";

-- users.linkProvider
-- $1 provider: text
-- $2 providerId: text
-- $3 userId: uuid
-- $4 ifVersion: integer
update "users"
set
  "provider" = $1,
  "provider_id" = $2
where
  "user_id" = $3
  and (
    $4::integer is null
    or version = $4
  )
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- users.deactivate
-- $1 isActive: boolean
-- $2 userId: uuid
-- $3 ifVersion: integer
update "users"
set
  "deactivated_at" = case
    when $1::boolean then null
    else coalesce(deactivated_at, now())
  end
where
  "user_id" = $2
  and (
    $3::integer is null
    or version = $3
  )
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- users.recordSignIn
-- $1 userId: uuid
update "users"
set
  "last_sign_in_at" = now()
where
  "user_id" = $1
  and "deactivated_at" is null
returning
  "user_id" as "userId",
  "name",
  "email",
  "role",
  "provider",
  "provider_id" as "providerId",
  "last_sign_in_at" as "lastSignInAt",
  "deactivated_at" as "deactivatedAt",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- users.handOver
-- $1 toUserId: uuid
-- $2 userId: uuid
with
  "customer" as (
    update "customers"
    set
      "owner_id" = $1
    where
      "owner_id" = $2
    returning
      "customer_id"
  ),
  "person" as (
    update "people"
    set
      "owner_id" = $1
    where
      "owner_id" = $2
    returning
      "person_id"
  )
select
  (
    select
      count(*)
    from
      customer
  )::integer as "customers",
  (
    select
      count(*)
    from
      person
  )::integer as "people";

-- users.erase
-- $1 userId: uuid
select
  erase_user ($1) as erased;

-- users.export
-- $1 userId: uuid
select
  export_user ($1) as rows;

-- users.files
-- $1 userIds: uuid[]
select
  key
from
  files_of_users ($1::uuid[]) as key;

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
      "last_sign_in_at" as "lastSignInAt",
      "deactivated_at" as "deactivatedAt",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
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
      "last_sign_in_at" as "lastSignInAt",
      "deactivated_at" as "deactivatedAt",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
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
-- $1 searchText: text
-- $2 behindRelevance: smallint
-- $3 behindAt: timestamp with time zone
-- $4 behindId: uuid
-- $5 search: tsquery
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
      "last_sign_in_at" as "lastSignInAt",
      "deactivated_at" as "deactivatedAt",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy",
      search_relevance (search_text (name || ' ' || email::text), $1) as "relevance"
    from
      "users"
    where
      (
        search_relevance (search_text (name || ' ' || email::text), $1),
        "created_at",
        "user_id"
      ) < ($2, $3, $4)
      and search_words (name || ' ' || email::text) @@ (
        select
          $5::tsquery
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

-- users.list(role,search)
-- $1 searchText: text
-- $2 role: text
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 search: tsquery
-- $7 fetch: bigint
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
      "last_sign_in_at" as "lastSignInAt",
      "deactivated_at" as "deactivatedAt",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy",
      search_relevance (search_text (name || ' ' || email::text), $1) as "relevance"
    from
      "users"
    where
      "role" = $2
      and (
        search_relevance (search_text (name || ' ' || email::text), $1),
        "created_at",
        "user_id"
      ) < ($3, $4, $5)
      and search_words (name || ' ' || email::text) @@ (
        select
          $6::tsquery
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
  $7;

-- users.list as actor
-- $1 searchText: text
-- $2 behindRelevance: smallint
-- $3 behindAt: timestamp with time zone
-- $4 behindId: uuid
-- $5 search: tsquery
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
      "last_sign_in_at" as "lastSignInAt",
      "deactivated_at" as "deactivatedAt",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy",
      search_relevance (search_text (name || ' ' || email::text), $1) as "relevance"
    from
      "users"
    where
      (
        search_relevance (search_text (name || ' ' || email::text), $1),
        "created_at",
        "user_id"
      ) < ($2, $3, $4)
      and "user_id" in (
        select
          "search_users" ($5::tsquery)
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

-- users.list as actor(role)
-- $1 searchText: text
-- $2 role: text
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 search: tsquery
-- $7 fetch: bigint
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
      "last_sign_in_at" as "lastSignInAt",
      "deactivated_at" as "deactivatedAt",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy",
      search_relevance (search_text (name || ' ' || email::text), $1) as "relevance"
    from
      "users"
    where
      "role" = $2
      and (
        search_relevance (search_text (name || ' ' || email::text), $1),
        "created_at",
        "user_id"
      ) < ($3, $4, $5)
      and "user_id" in (
        select
          "search_users" ($6::tsquery)
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
  $7;

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
      "last_sign_in_at" as "lastSignInAt",
      "deactivated_at" as "deactivatedAt",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
    from
      "users"
    where
      "provider" = $1
      and "provider_id" = $2
  ),
  "turn" as (
    select
      pg_advisory_xact_lock(hashtextextended ($1 || ' ' || $2, 0))::text as "taken",
      uuidv7() as "userId"
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
      "users" (
        "user_id",
        "name",
        "email",
        "provider",
        "provider_id"
      )
    select
      "turn"."userId",
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
      "last_sign_in_at" as "lastSignInAt",
      "deactivated_at" as "deactivatedAt",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy",
      user_id = (
        select
          "userId"
        from
          turn
      ) as "created"
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
