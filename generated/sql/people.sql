-- Written by `npm run generate` from src/repositories/. Do not edit.

-- people.find
-- $1 personId: uuid
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt"
from
  "people"
where
  "person_id" = $1;

-- people.findByEmail
-- $1 email: citext
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt"
from
  "people"
where
  "email" = $1;

-- people.create
-- $1 firstName: text
-- $2 lastName: text
-- $3 email: citext
-- $4 phone: text
-- $5 jobTitle: text
-- $6 linkedinUrl: text
insert into
  "people" (
    "first_name",
    "last_name",
    "email",
    "phone",
    "job_title",
    "linkedin_url"
  )
values
  ($1, $2, $3, $4, $5, $6)
returning
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- people.create(isActive)
-- $1 firstName: text
-- $2 lastName: text
-- $3 email: citext
-- $4 phone: text
-- $5 jobTitle: text
-- $6 linkedinUrl: text
-- $7 isActive: boolean
insert into
  "people" (
    "first_name",
    "last_name",
    "email",
    "phone",
    "job_title",
    "linkedin_url",
    "is_active"
  )
values
  ($1, $2, $3, $4, $5, $6, $7)
returning
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- people.update
-- $1 given: text[]
-- $2 firstName: text
-- $3 lastName: text
-- $4 email: citext
-- $5 phone: text
-- $6 jobTitle: text
-- $7 linkedinUrl: text
-- $8 isActive: boolean
-- $9 personId: uuid
update "people"
set
  "first_name" = case
    when 'firstName' = any ($1::text[]) then $2
    else "first_name"
  end,
  "last_name" = case
    when 'lastName' = any ($1::text[]) then $3
    else "last_name"
  end,
  "email" = case
    when 'email' = any ($1::text[]) then $4
    else "email"
  end,
  "phone" = case
    when 'phone' = any ($1::text[]) then $5
    else "phone"
  end,
  "job_title" = case
    when 'jobTitle' = any ($1::text[]) then $6
    else "job_title"
  end,
  "linkedin_url" = case
    when 'linkedinUrl' = any ($1::text[]) then $7
    else "linkedin_url"
  end,
  "is_active" = case
    when 'isActive' = any ($1::text[]) then $8
    else "is_active"
  end
where
  "person_id" = $9
returning
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- people.delete
-- $1 personId: uuid
delete from "people"
where
  "person_id" = $1;

-- people.list
-- $1 behindAt: timestamp with time zone
-- $2 behindId: uuid
-- $3 fetch: bigint
select
  *
from
  (
    select
      "person_id" as "personId",
      "first_name" as "firstName",
      "last_name" as "lastName",
      "email",
      "phone",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt"
    from
      "people"
    where
      ("created_at", "person_id") < ($1, $2)
    order by
      "created_at" desc,
      "person_id" desc
    limit
      201
  ) as "person"
order by
  "createdAt" desc,
  "personId" desc
limit
  $3;

-- people.list(isActive)
-- $1 isActive: boolean
-- $2 behindAt: timestamp with time zone
-- $3 behindId: uuid
-- $4 fetch: bigint
select
  *
from
  (
    select
      "person_id" as "personId",
      "first_name" as "firstName",
      "last_name" as "lastName",
      "email",
      "phone",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt"
    from
      "people"
    where
      "is_active" = $1
      and ("created_at", "person_id") < ($2, $3)
    order by
      "created_at" desc,
      "person_id" desc
    limit
      201
  ) as "person"
order by
  "createdAt" desc,
  "personId" desc
limit
  $4;

-- people.list(search)
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
      "person_id" as "personId",
      "first_name" as "firstName",
      "last_name" as "lastName",
      "email",
      "phone",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      search_relevance (
        searchable (
          first_name || ' ' || last_name || ' ' || coalesce(email::text, '')
        ),
        (
          select
            searchable ($1)
        )
      ) as "relevance"
    from
      "people"
    where
      (
        search_relevance (
          searchable (
            first_name || ' ' || last_name || ' ' || coalesce(email::text, '')
          ),
          (
            select
              searchable ($1)
          )
        ),
        "created_at",
        "person_id"
      ) < ($2, $3, $4)
      and searchable (
        first_name || ' ' || last_name || ' ' || coalesce(email::text, '')
      ) like (
        select
          search_pattern ($1)
      )
    order by
      "relevance" desc,
      "created_at" desc,
      "person_id" desc
    limit
      201
  ) as "person"
order by
  "relevance" desc,
  "createdAt" desc,
  "personId" desc
limit
  $5;

-- people.list(isActive,search)
-- $1 search: text
-- $2 isActive: boolean
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 fetch: bigint
select
  *
from
  (
    select
      "person_id" as "personId",
      "first_name" as "firstName",
      "last_name" as "lastName",
      "email",
      "phone",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      search_relevance (
        searchable (
          first_name || ' ' || last_name || ' ' || coalesce(email::text, '')
        ),
        (
          select
            searchable ($1)
        )
      ) as "relevance"
    from
      "people"
    where
      "is_active" = $2
      and (
        search_relevance (
          searchable (
            first_name || ' ' || last_name || ' ' || coalesce(email::text, '')
          ),
          (
            select
              searchable ($1)
          )
        ),
        "created_at",
        "person_id"
      ) < ($3, $4, $5)
      and searchable (
        first_name || ' ' || last_name || ' ' || coalesce(email::text, '')
      ) like (
        select
          search_pattern ($1)
      )
    order by
      "relevance" desc,
      "created_at" desc,
      "person_id" desc
    limit
      201
  ) as "person"
order by
  "relevance" desc,
  "createdAt" desc,
  "personId" desc
limit
  $6;

-- people.listCustomersOf
-- $1 personId: uuid
-- $2 behindAt: date
-- $3 behindId: uuid
-- $4 fetch: bigint
select
  "contact"."customer_person_id" as "contactId",
  "customer"."customer_id" as "customerId",
  "customer"."legal_name" as "legalName",
  "customer"."display_name" as "displayName",
  "customer"."status",
  "contact"."role",
  "contact"."is_primary" as "isPrimary",
  "contact"."start_date" as "startDate",
  "contact"."end_date" as "endDate"
from
  (
    select
      *
    from
      "customer_people"
    where
      "person_id" = $1
      and ("start_date", "customer_person_id") < ($2, $3)
    order by
      "start_date" desc,
      "customer_person_id" desc
    limit
      201
  ) as "contact"
  inner join "customers" as "customer" on "customer"."customer_id" = "contact"."customer_id"
order by
  "contact"."start_date" desc,
  "contact"."customer_person_id" desc
limit
  $4;
