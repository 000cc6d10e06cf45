-- Written by `npm run generate` from src/repositories/. Do not edit.

-- people.findDuplicates
-- $1 firstName: text
-- $2 lastName: text
-- $3 email: text
-- $4 phone: text
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy",
  duplicate_words (first_name || ' ' || last_name, false) as "words",
  duplicate_email (email::text) as "emailKey",
  duplicate_phone (phone) as "phoneKey",
  duplicate_words ($1 || ' ' || $2, false) as "probeWords",
  $3::text as "probeEmail",
  duplicate_email ($3) as "probeEmailKey",
  duplicate_phone ($4) as "probePhoneKey"
from
  "people"
where
  "person_id" in (
    select
      find_people_by_keys (person_duplicate_keys ($1, $2, $3, $4), 100)
  )
  and "archived_at" is null;

-- people.findDuplicates, by id
-- $1 personId: uuid
with
  "probe" as materialized (
    select
      duplicate_words (first_name || ' ' || last_name, false) as "probeWords",
      email::text as "probeEmail",
      duplicate_email (email::text) as "probeEmailKey",
      duplicate_phone (phone) as "probePhoneKey",
      person_duplicate_keys (first_name, last_name, email::text, phone) as "probeKeys"
    from
      "people"
    where
      "person_id" = $1
  )
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy",
  duplicate_words (first_name || ' ' || last_name, false) as "words",
  duplicate_email (email::text) as "emailKey",
  duplicate_phone (phone) as "phoneKey",
  "probeWords",
  "probeEmail",
  "probeEmailKey",
  "probePhoneKey"
from
  "probe"
  inner join lateral find_people_by_keys ("probeKeys", 100) as found ("candidateId") on true
  inner join "people" on "person_id" = "candidateId"
where
  "archived_at" is null;

-- people.listDuplicates, rows
-- $1 rowIds: uuid[]
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy",
  duplicate_words (first_name || ' ' || last_name, false) as "words",
  duplicate_email (email::text) as "emailKey",
  duplicate_phone (phone) as "phoneKey"
from
  "people"
where
  "person_id" = any ($1::uuid[])
  and "archived_at" is null;

-- people.listDuplicates
-- $1 behindAt: timestamp with time zone
-- $2 behindId: uuid
-- $3 fetch: integer
select
  "person_id" as id,
  created_at as "createdAt",
  array(
    select
      candidate."person_id"
    from
      "people" as candidate
    where
      candidate."person_id" in (
        select
          "find_people_by_keys" (
            person_duplicate_keys (
              people.first_name,
              people.last_name,
              people.email::text,
              people.phone
            ),
            20
          )
      )
      and (candidate.created_at, candidate."person_id") < ("people".created_at, "people"."person_id")
  ) as "candidateIds"
from
  "people"
where
  archived_at is null
  and (created_at, "person_id") < ($1::timestamptz, $2::uuid)
order by
  created_at desc,
  "person_id" desc
limit
  $3::integer;

-- people.merge
-- $1 winnerId: uuid
-- $2 loserIds: uuid[]
-- $3 values: jsonb
-- $4 ifVersion: integer
select
  outcome,
  row_id as "rowId",
  row_version as "rowVersion"
from
  "merge_people" ($1, $2, $3, $4);

-- people.find
-- $1 personId: uuid
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy"
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
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy"
from
  "people"
where
  "email" = $1
  and "archived_at" is null;

-- people.findByEmail as actor
-- $1 email: citext
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy"
from
  "people"
where
  "person_id" in (
    select
      find_people_by_email (array[$1]::citext[])
  )
  and "archived_at" is null;

-- people.create
-- $1 firstName: text
-- $2 lastName: text
-- $3 email: citext
-- $4 phone: text
-- $5 phoneE164: text
-- $6 jobTitle: text
-- $7 linkedinUrl: text
-- $8 source: text
-- $9 externalId: text
-- $10 tags: text[]
-- $11 attributes: jsonb
-- $12 emails: jsonb
-- $13 phones: jsonb
-- $14 addresses: jsonb
-- $15 ownerId: uuid
insert into
  "people" (
    "first_name",
    "last_name",
    "email",
    "phone",
    "phone_e164",
    "job_title",
    "linkedin_url",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id"
  )
values
  (
    $1,
    $2,
    $3,
    $4,
    $5,
    $6,
    $7,
    $8,
    $9,
    $10,
    $11,
    $12,
    $13,
    $14,
    $15
  )
returning
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- people.create(isActive)
-- $1 firstName: text
-- $2 lastName: text
-- $3 email: citext
-- $4 phone: text
-- $5 phoneE164: text
-- $6 jobTitle: text
-- $7 linkedinUrl: text
-- $8 source: text
-- $9 externalId: text
-- $10 tags: text[]
-- $11 attributes: jsonb
-- $12 emails: jsonb
-- $13 phones: jsonb
-- $14 addresses: jsonb
-- $15 ownerId: uuid
-- $16 isActive: boolean
insert into
  "people" (
    "first_name",
    "last_name",
    "email",
    "phone",
    "phone_e164",
    "job_title",
    "linkedin_url",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id",
    "is_active"
  )
values
  (
    $1,
    $2,
    $3,
    $4,
    $5,
    $6,
    $7,
    $8,
    $9,
    $10,
    $11,
    $12,
    $13,
    $14,
    $15,
    $16
  )
returning
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- people.version, merged
-- $1 rowId: uuid
select
  merged_into as "mergedInto"
from
  "people"
where
  "person_id" = $1
  and merged_into is not null;

-- people.version
-- $1 rowId: uuid
select
  version
from
  "people"
where
  "person_id" = $1;

-- people.update
-- $1 given: text[]
-- $2 firstName: text
-- $3 lastName: text
-- $4 email: citext
-- $5 phone: text
-- $6 phoneE164: text
-- $7 jobTitle: text
-- $8 linkedinUrl: text
-- $9 isActive: boolean
-- $10 source: text
-- $11 externalId: text
-- $12 tags: text[]
-- $13 attributes: jsonb
-- $14 emails: jsonb
-- $15 phones: jsonb
-- $16 addresses: jsonb
-- $17 ownerId: uuid
-- $18 personId: uuid
-- $19 ifVersion: integer
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
  "phone_e164" = case
    when 'phoneE164' = any ($1::text[]) then $6
    else "phone_e164"
  end,
  "job_title" = case
    when 'jobTitle' = any ($1::text[]) then $7
    else "job_title"
  end,
  "linkedin_url" = case
    when 'linkedinUrl' = any ($1::text[]) then $8
    else "linkedin_url"
  end,
  "is_active" = case
    when 'isActive' = any ($1::text[]) then $9
    else "is_active"
  end,
  "source" = case
    when 'source' = any ($1::text[]) then $10
    else "source"
  end,
  "external_id" = case
    when 'externalId' = any ($1::text[]) then $11
    else "external_id"
  end,
  "tags" = case
    when 'tags' = any ($1::text[]) then $12
    else "tags"
  end,
  "attributes" = case
    when 'attributes' = any ($1::text[]) then $13
    else "attributes"
  end,
  "emails" = case
    when 'emails' = any ($1::text[]) then $14
    else "emails"
  end,
  "phones" = case
    when 'phones' = any ($1::text[]) then $15
    else "phones"
  end,
  "addresses" = case
    when 'addresses' = any ($1::text[]) then $16
    else "addresses"
  end,
  "owner_id" = case
    when 'ownerId' = any ($1::text[]) then $17
    else "owner_id"
  end
where
  "person_id" = $18
  and "merged_into" is null
  and (
    $19::integer is null
    or version = $19
  )
returning
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- people.update merged
-- $1 given[]: text[]
-- $2 firstName[]: text[]
-- $3 lastName[]: text[]
-- $4 email[]: citext[]
-- $5 phone[]: text[]
-- $6 phoneE164[]: text[]
-- $7 jobTitle[]: text[]
-- $8 linkedinUrl[]: text[]
-- $9 isActive[]: boolean[]
-- $10 source[]: text[]
-- $11 externalId[]: text[]
-- $12 tags[]: text[]
-- $13 attributes[]: jsonb[]
-- $14 emails[]: jsonb[]
-- $15 phones[]: jsonb[]
-- $16 addresses[]: jsonb[]
-- $17 ownerId[]: uuid[]
-- $18 personId[]: uuid[]
-- $19 ifVersion[]: integer[]
update "people"
set
  "first_name" = case
    when 'firstName' = any ("change"."$given"::text[]::text[]) then "change"."$firstName"
    else "first_name"
  end,
  "last_name" = case
    when 'lastName' = any ("change"."$given"::text[]::text[]) then "change"."$lastName"
    else "last_name"
  end,
  "email" = case
    when 'email' = any ("change"."$given"::text[]::text[]) then "change"."$email"
    else "email"
  end,
  "phone" = case
    when 'phone' = any ("change"."$given"::text[]::text[]) then "change"."$phone"
    else "phone"
  end,
  "phone_e164" = case
    when 'phoneE164' = any ("change"."$given"::text[]::text[]) then "change"."$phoneE164"
    else "phone_e164"
  end,
  "job_title" = case
    when 'jobTitle' = any ("change"."$given"::text[]::text[]) then "change"."$jobTitle"
    else "job_title"
  end,
  "linkedin_url" = case
    when 'linkedinUrl' = any ("change"."$given"::text[]::text[]) then "change"."$linkedinUrl"
    else "linkedin_url"
  end,
  "is_active" = case
    when 'isActive' = any ("change"."$given"::text[]::text[]) then "change"."$isActive"
    else "is_active"
  end,
  "source" = case
    when 'source' = any ("change"."$given"::text[]::text[]) then "change"."$source"
    else "source"
  end,
  "external_id" = case
    when 'externalId' = any ("change"."$given"::text[]::text[]) then "change"."$externalId"
    else "external_id"
  end,
  "tags" = case
    when 'tags' = any ("change"."$given"::text[]::text[]) then "change"."$tags"::text[]
    else "tags"
  end,
  "attributes" = case
    when 'attributes' = any ("change"."$given"::text[]::text[]) then "change"."$attributes"
    else "attributes"
  end,
  "emails" = case
    when 'emails' = any ("change"."$given"::text[]::text[]) then "change"."$emails"
    else "emails"
  end,
  "phones" = case
    when 'phones' = any ("change"."$given"::text[]::text[]) then "change"."$phones"
    else "phones"
  end,
  "addresses" = case
    when 'addresses' = any ("change"."$given"::text[]::text[]) then "change"."$addresses"
    else "addresses"
  end,
  "owner_id" = case
    when 'ownerId' = any ("change"."$given"::text[]::text[]) then "change"."$ownerId"
    else "owner_id"
  end
from
  unnest(
    (
      select
        $1::text[]
    ),
    (
      select
        $2::text[]
    ),
    (
      select
        $3::text[]
    ),
    (
      select
        $4::citext[]
    ),
    (
      select
        $5::text[]
    ),
    (
      select
        $6::text[]
    ),
    (
      select
        $7::text[]
    ),
    (
      select
        $8::text[]
    ),
    (
      select
        $9::boolean[]
    ),
    (
      select
        $10::text[]
    ),
    (
      select
        $11::text[]
    ),
    (
      select
        $12::text[]
    ),
    (
      select
        $13::jsonb[]
    ),
    (
      select
        $14::jsonb[]
    ),
    (
      select
        $15::jsonb[]
    ),
    (
      select
        $16::jsonb[]
    ),
    (
      select
        $17::uuid[]
    ),
    (
      select
        $18::uuid[]
    ),
    (
      select
        $19::integer[]
    )
  ) with ordinality as change (
    "$given",
    "$firstName",
    "$lastName",
    "$email",
    "$phone",
    "$phoneE164",
    "$jobTitle",
    "$linkedinUrl",
    "$isActive",
    "$source",
    "$externalId",
    "$tags",
    "$attributes",
    "$emails",
    "$phones",
    "$addresses",
    "$ownerId",
    "$personId",
    "$ifVersion",
    "$n"
  )
where
  "person_id" = "change"."$personId"
  and "merged_into" is null
  and (
    "change"."$ifVersion"::integer is null
    or version = "change"."$ifVersion"
  )
returning
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy",
  "change"."$n"::integer as "$n";

-- people.upsertByExternalId
-- $1 source: text
-- $2 externalId: text
-- $3 firstName: text
-- $4 lastName: text
-- $5 email: citext
-- $6 phone: text
-- $7 phoneE164: text
-- $8 jobTitle: text
-- $9 linkedinUrl: text
-- $10 tags: text[]
-- $11 attributes: jsonb
-- $12 emails: jsonb
-- $13 phones: jsonb
-- $14 addresses: jsonb
-- $15 ownerId: uuid
-- $16 given: text[]
-- $17 isActive: boolean
insert into
  "people" (
    "first_name",
    "last_name",
    "email",
    "phone",
    "phone_e164",
    "job_title",
    "linkedin_url",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id"
  )
with
  used as materialized (
    select
      used.source,
      used.external_id
    from
      "people" as used
    where
      used.source = $1
      and used.external_id = $2
      and used.archived_at is null
    order by
      used."person_id"
    for no key update of
      used
  )
select
  $3,
  $4,
  $5,
  $6,
  $7,
  $8,
  $9,
  $1,
  $2,
  $10,
  $11,
  $12,
  $13,
  $14,
  $15
where
  (
    ($1, $2) in (
      select
        used.source,
        used.external_id
      from
        used
    )
    or (
      select
        winner."person_id"
      from
        "people" as loser
        join "people" as winner on winner."person_id" = loser.merged_into
        and winner.archived_at is null
      where
        loser.source = $1
        and loser.external_id = $2
        and loser.merged_into is not null
      order by
        loser.archived_at desc
      limit
        1
    ) is null
    and not exists (
      select
      from
        "people" as seen
      where
        seen.source = $1
        and seen.external_id = $2
        and seen.archived_at is null
    )
  )
on conflict ("source", "external_id")
where
  "archived_at" is null
  and "source" is not null do update
set
  "first_name" = case
    when 'firstName' = any ($16::text[]) then $3
    else "people"."first_name"
  end,
  "last_name" = case
    when 'lastName' = any ($16::text[]) then $4
    else "people"."last_name"
  end,
  "email" = case
    when 'email' = any ($16::text[]) then $5
    else "people"."email"
  end,
  "phone" = case
    when 'phone' = any ($16::text[]) then $6
    else "people"."phone"
  end,
  "phone_e164" = case
    when 'phoneE164' = any ($16::text[]) then $7
    else "people"."phone_e164"
  end,
  "job_title" = case
    when 'jobTitle' = any ($16::text[]) then $8
    else "people"."job_title"
  end,
  "linkedin_url" = case
    when 'linkedinUrl' = any ($16::text[]) then $9
    else "people"."linkedin_url"
  end,
  "is_active" = case
    when 'isActive' = any ($16::text[]) then $17
    else "people"."is_active"
  end,
  "source" = case
    when 'source' = any ($16::text[]) then $1
    else "people"."source"
  end,
  "external_id" = case
    when 'externalId' = any ($16::text[]) then $2
    else "people"."external_id"
  end,
  "tags" = case
    when 'tags' = any ($16::text[]) then $10
    else "people"."tags"
  end,
  "attributes" = case
    when 'attributes' = any ($16::text[]) then $11
    else "people"."attributes"
  end,
  "emails" = case
    when 'emails' = any ($16::text[]) then $12
    else "people"."emails"
  end,
  "phones" = case
    when 'phones' = any ($16::text[]) then $13
    else "people"."phones"
  end,
  "addresses" = case
    when 'addresses' = any ($16::text[]) then $14
    else "people"."addresses"
  end,
  "owner_id" = case
    when 'ownerId' = any ($16::text[]) then $15
    else "people"."owner_id"
  end
returning
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- people.upsertByExternalId(isActive)
-- $1 source: text
-- $2 externalId: text
-- $3 firstName: text
-- $4 lastName: text
-- $5 email: citext
-- $6 phone: text
-- $7 phoneE164: text
-- $8 jobTitle: text
-- $9 linkedinUrl: text
-- $10 tags: text[]
-- $11 attributes: jsonb
-- $12 emails: jsonb
-- $13 phones: jsonb
-- $14 addresses: jsonb
-- $15 ownerId: uuid
-- $16 isActive: boolean
-- $17 given: text[]
insert into
  "people" (
    "first_name",
    "last_name",
    "email",
    "phone",
    "phone_e164",
    "job_title",
    "linkedin_url",
    "source",
    "external_id",
    "tags",
    "attributes",
    "emails",
    "phones",
    "addresses",
    "owner_id",
    "is_active"
  )
with
  used as materialized (
    select
      used.source,
      used.external_id
    from
      "people" as used
    where
      used.source = $1
      and used.external_id = $2
      and used.archived_at is null
    order by
      used."person_id"
    for no key update of
      used
  )
select
  $3,
  $4,
  $5,
  $6,
  $7,
  $8,
  $9,
  $1,
  $2,
  $10,
  $11,
  $12,
  $13,
  $14,
  $15,
  $16
where
  (
    ($1, $2) in (
      select
        used.source,
        used.external_id
      from
        used
    )
    or (
      select
        winner."person_id"
      from
        "people" as loser
        join "people" as winner on winner."person_id" = loser.merged_into
        and winner.archived_at is null
      where
        loser.source = $1
        and loser.external_id = $2
        and loser.merged_into is not null
      order by
        loser.archived_at desc
      limit
        1
    ) is null
    and not exists (
      select
      from
        "people" as seen
      where
        seen.source = $1
        and seen.external_id = $2
        and seen.archived_at is null
    )
  )
on conflict ("source", "external_id")
where
  "archived_at" is null
  and "source" is not null do update
set
  "first_name" = case
    when 'firstName' = any ($17::text[]) then $3
    else "people"."first_name"
  end,
  "last_name" = case
    when 'lastName' = any ($17::text[]) then $4
    else "people"."last_name"
  end,
  "email" = case
    when 'email' = any ($17::text[]) then $5
    else "people"."email"
  end,
  "phone" = case
    when 'phone' = any ($17::text[]) then $6
    else "people"."phone"
  end,
  "phone_e164" = case
    when 'phoneE164' = any ($17::text[]) then $7
    else "people"."phone_e164"
  end,
  "job_title" = case
    when 'jobTitle' = any ($17::text[]) then $8
    else "people"."job_title"
  end,
  "linkedin_url" = case
    when 'linkedinUrl' = any ($17::text[]) then $9
    else "people"."linkedin_url"
  end,
  "is_active" = case
    when 'isActive' = any ($17::text[]) then $16
    else "people"."is_active"
  end,
  "source" = case
    when 'source' = any ($17::text[]) then $1
    else "people"."source"
  end,
  "external_id" = case
    when 'externalId' = any ($17::text[]) then $2
    else "people"."external_id"
  end,
  "tags" = case
    when 'tags' = any ($17::text[]) then $10
    else "people"."tags"
  end,
  "attributes" = case
    when 'attributes' = any ($17::text[]) then $11
    else "people"."attributes"
  end,
  "emails" = case
    when 'emails' = any ($17::text[]) then $12
    else "people"."emails"
  end,
  "phones" = case
    when 'phones' = any ($17::text[]) then $13
    else "people"."phones"
  end,
  "addresses" = case
    when 'addresses' = any ($17::text[]) then $14
    else "people"."addresses"
  end,
  "owner_id" = case
    when 'ownerId' = any ($17::text[]) then $15
    else "people"."owner_id"
  end
returning
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- people.findByExternalId, merged
-- $1 source: text
-- $2 externalId: text
select
  found.id as "winnerId"
from
  (
    select
      (
        select
          winner."person_id"
        from
          "people" as loser
          join "people" as winner on winner."person_id" = loser.merged_into
          and winner.archived_at is null
        where
          loser.source = $1
          and loser.external_id = $2
          and loser.merged_into is not null
        order by
          loser.archived_at desc
        limit
          1
      ) as id
  ) as found
where
  found.id is not null;

-- people.findByExternalId
-- $1 source: text
-- $2 externalId: text
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy"
from
  "people"
where
  "source" = $1
  and "external_id" = $2
  and "archived_at" is null;

-- people.archive
-- $1 personId: uuid
-- $2 ifVersion: integer
update "people"
set
  "archived_at" = coalesce(archived_at, now())
where
  "person_id" = $1
  and "merged_into" is null
  and (
    $2::integer is null
    or version = $2
  )
returning
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- people.archive merged
-- $1 personId[]: uuid[]
-- $2 ifVersion[]: integer[]
update "people"
set
  "archived_at" = coalesce(archived_at, now())
from
  unnest(
    (
      select
        $1::uuid[]
    ),
    (
      select
        $2::integer[]
    )
  ) with ordinality as change ("$personId", "$ifVersion", "$n")
where
  "person_id" = "change"."$personId"
  and "merged_into" is null
  and (
    "change"."$ifVersion"::integer is null
    or version = "change"."$ifVersion"
  )
returning
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy",
  "change"."$n"::integer as "$n";

-- people.restore
-- $1 personId: uuid
-- $2 ifVersion: integer
update "people"
set
  "archived_at" = null
where
  "person_id" = $1
  and "merged_into" is null
  and (
    $2::integer is null
    or version = $2
  )
returning
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy";

-- people.restore merged
-- $1 personId[]: uuid[]
-- $2 ifVersion[]: integer[]
update "people"
set
  "archived_at" = null
from
  unnest(
    (
      select
        $1::uuid[]
    ),
    (
      select
        $2::integer[]
    )
  ) with ordinality as change ("$personId", "$ifVersion", "$n")
where
  "person_id" = "change"."$personId"
  and "merged_into" is null
  and (
    "change"."$ifVersion"::integer is null
    or version = "change"."$ifVersion"
  )
returning
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy",
  "change"."$n"::integer as "$n";

-- people.purge, count
-- $1 olderThan: timestamp with time zone
select
  count(*)::integer as count
from
  "people"
where
  archived_at < $1
  and merged_into is null;

-- people.purge
-- $1 olderThan: timestamp with time zone
delete from "people"
where
  "person_id" = any (
    array(
      select
        "person_id"
      from
        "people"
      where
        archived_at < $1
        and merged_into is null
      order by
        archived_at
      limit
        500
      for update
        skip locked
    )
  );

-- people.erase
-- $1 personId: uuid
select
  erase_person ($1) as erased;

-- people.export
-- $1 personId: uuid
select
  export_person ($1) as rows;

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
      "phone_e164" as "phoneE164",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
    from
      "people"
    where
      "archived_at" is null
      and ("created_at", "person_id") < ($1, $2)
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
      "phone_e164" as "phoneE164",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
    from
      "people"
    where
      "archived_at" is null
      and "is_active" = $1
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

-- people.list(ownerId)
-- $1 ownerId: uuid
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
      "phone_e164" as "phoneE164",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
    from
      "people"
    where
      "archived_at" is null
      and "owner_id" = $1
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
      "person_id" as "personId",
      "first_name" as "firstName",
      "last_name" as "lastName",
      "email",
      "phone",
      "phone_e164" as "phoneE164",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy",
      search_relevance (
        search_text (
          first_name || ' ' || last_name || coalesce(' ' || email::text, '')
        ),
        $1
      ) as "relevance"
    from
      "people"
    where
      "archived_at" is null
      and (
        search_relevance (
          search_text (
            first_name || ' ' || last_name || coalesce(' ' || email::text, '')
          ),
          $1
        ),
        "created_at",
        "person_id"
      ) < ($2, $3, $4)
      and (
        search_words (
          first_name || ' ' || last_name || coalesce(' ' || email::text, '') || coalesce(' ' || words_of_list (emails, 'address'), '')
        ) || search_digits (phone) || coalesce(digits_of_list (phones), '')
      ) @@ (
        select
          $5::tsquery
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

-- people.list(isActive,search)
-- $1 searchText: text
-- $2 isActive: boolean
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
      "person_id" as "personId",
      "first_name" as "firstName",
      "last_name" as "lastName",
      "email",
      "phone",
      "phone_e164" as "phoneE164",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy",
      search_relevance (
        search_text (
          first_name || ' ' || last_name || coalesce(' ' || email::text, '')
        ),
        $1
      ) as "relevance"
    from
      "people"
    where
      "archived_at" is null
      and "is_active" = $2
      and (
        search_relevance (
          search_text (
            first_name || ' ' || last_name || coalesce(' ' || email::text, '')
          ),
          $1
        ),
        "created_at",
        "person_id"
      ) < ($3, $4, $5)
      and (
        search_words (
          first_name || ' ' || last_name || coalesce(' ' || email::text, '') || coalesce(' ' || words_of_list (emails, 'address'), '')
        ) || search_digits (phone) || coalesce(digits_of_list (phones), '')
      ) @@ (
        select
          $6::tsquery
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
  $7;

-- people.list(ownerId,search)
-- $1 searchText: text
-- $2 ownerId: uuid
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
      "person_id" as "personId",
      "first_name" as "firstName",
      "last_name" as "lastName",
      "email",
      "phone",
      "phone_e164" as "phoneE164",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy",
      search_relevance (
        search_text (
          first_name || ' ' || last_name || coalesce(' ' || email::text, '')
        ),
        $1
      ) as "relevance"
    from
      "people"
    where
      "archived_at" is null
      and "owner_id" = $2
      and (
        search_relevance (
          search_text (
            first_name || ' ' || last_name || coalesce(' ' || email::text, '')
          ),
          $1
        ),
        "created_at",
        "person_id"
      ) < ($3, $4, $5)
      and (
        search_words (
          first_name || ' ' || last_name || coalesce(' ' || email::text, '') || coalesce(' ' || words_of_list (emails, 'address'), '')
        ) || search_digits (phone) || coalesce(digits_of_list (phones), '')
      ) @@ (
        select
          $6::tsquery
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
  $7;

-- people.list as actor
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
      "person_id" as "personId",
      "first_name" as "firstName",
      "last_name" as "lastName",
      "email",
      "phone",
      "phone_e164" as "phoneE164",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy",
      search_relevance (
        search_text (
          first_name || ' ' || last_name || coalesce(' ' || email::text, '')
        ),
        $1
      ) as "relevance"
    from
      "people"
    where
      "archived_at" is null
      and (
        search_relevance (
          search_text (
            first_name || ' ' || last_name || coalesce(' ' || email::text, '')
          ),
          $1
        ),
        "created_at",
        "person_id"
      ) < ($2, $3, $4)
      and "person_id" in (
        select
          "search_people" ($5::tsquery)
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

-- people.list as actor(isActive)
-- $1 searchText: text
-- $2 isActive: boolean
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
      "person_id" as "personId",
      "first_name" as "firstName",
      "last_name" as "lastName",
      "email",
      "phone",
      "phone_e164" as "phoneE164",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy",
      search_relevance (
        search_text (
          first_name || ' ' || last_name || coalesce(' ' || email::text, '')
        ),
        $1
      ) as "relevance"
    from
      "people"
    where
      "archived_at" is null
      and "is_active" = $2
      and (
        search_relevance (
          search_text (
            first_name || ' ' || last_name || coalesce(' ' || email::text, '')
          ),
          $1
        ),
        "created_at",
        "person_id"
      ) < ($3, $4, $5)
      and "person_id" in (
        select
          "search_people" ($6::tsquery)
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
  $7;

-- people.list as actor(ownerId)
-- $1 searchText: text
-- $2 ownerId: uuid
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
      "person_id" as "personId",
      "first_name" as "firstName",
      "last_name" as "lastName",
      "email",
      "phone",
      "phone_e164" as "phoneE164",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy",
      search_relevance (
        search_text (
          first_name || ' ' || last_name || coalesce(' ' || email::text, '')
        ),
        $1
      ) as "relevance"
    from
      "people"
    where
      "archived_at" is null
      and "owner_id" = $2
      and (
        search_relevance (
          search_text (
            first_name || ' ' || last_name || coalesce(' ' || email::text, '')
          ),
          $1
        ),
        "created_at",
        "person_id"
      ) < ($3, $4, $5)
      and "person_id" in (
        select
          "search_people" ($6::tsquery)
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
  $7;

-- people.listArchived
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
      "phone_e164" as "phoneE164",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy"
    from
      "people"
    where
      "archived_at" is not null
      and ("archived_at", "person_id") < ($1, $2)
    order by
      "archived_at" desc,
      "person_id" desc
    limit
      201
  ) as "person"
order by
  "archivedAt" desc,
  "personId" desc
limit
  $3;

-- people.listArchived(search)
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
      "person_id" as "personId",
      "first_name" as "firstName",
      "last_name" as "lastName",
      "email",
      "phone",
      "phone_e164" as "phoneE164",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy",
      search_relevance (
        search_text (
          first_name || ' ' || last_name || coalesce(' ' || email::text, '')
        ),
        $1
      ) as "relevance"
    from
      "people"
    where
      "archived_at" is not null
      and (
        search_relevance (
          search_text (
            first_name || ' ' || last_name || coalesce(' ' || email::text, '')
          ),
          $1
        ),
        "archived_at",
        "person_id"
      ) < ($2, $3, $4)
      and (
        search_words (
          first_name || ' ' || last_name || coalesce(' ' || email::text, '') || coalesce(' ' || words_of_list (emails, 'address'), '')
        ) || search_digits (phone) || coalesce(digits_of_list (phones), '')
      ) @@ (
        select
          $5::tsquery
      )
    order by
      "relevance" desc,
      "archived_at" desc,
      "person_id" desc
    limit
      201
  ) as "person"
order by
  "relevance" desc,
  "archivedAt" desc,
  "personId" desc
limit
  $6;

-- people.listArchived as actor
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
      "person_id" as "personId",
      "first_name" as "firstName",
      "last_name" as "lastName",
      "email",
      "phone",
      "phone_e164" as "phoneE164",
      "job_title" as "jobTitle",
      "linkedin_url" as "linkedinUrl",
      "is_active" as "isActive",
      "source",
      "external_id" as "externalId",
      tags as "tags",
      emails as "emails",
      phones as "phones",
      addresses as "addresses",
      attributes as "attributes",
      "owner_id" as "ownerId",
      "archived_at" as "archivedAt",
      "merged_into" as "mergedInto",
      "version",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      "created_by" as "createdBy",
      "updated_by" as "updatedBy",
      search_relevance (
        search_text (
          first_name || ' ' || last_name || coalesce(' ' || email::text, '')
        ),
        $1
      ) as "relevance"
    from
      "people"
    where
      "archived_at" is not null
      and (
        search_relevance (
          search_text (
            first_name || ' ' || last_name || coalesce(' ' || email::text, '')
          ),
          $1
        ),
        "archived_at",
        "person_id"
      ) < ($2, $3, $4)
      and "person_id" in (
        select
          "search_people" ($5::tsquery)
      )
    order by
      "relevance" desc,
      "archived_at" desc,
      "person_id" desc
    limit
      201
  ) as "person"
order by
  "relevance" desc,
  "archivedAt" desc,
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
      "person_id" = (
        select
          coalesce(merged_into, person_id)
        from
          people
        where
          person_id = $1
      )
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

-- people.getMany
-- $1 keys: uuid[]
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy"
from
  "people"
where
  "person_id" = any ($1::uuid[]);

-- people.createMany
-- $1 rows: jsonb
with
  "written" as (
    insert into
      "people" (
        "person_id",
        "first_name",
        "last_name",
        "email",
        "phone",
        "phone_e164",
        "job_title",
        "linkedin_url",
        "is_active",
        "source",
        "external_id",
        "tags",
        "attributes",
        "emails",
        "phones",
        "addresses",
        "owner_id"
      )
    select
      row."person_id",
      row."first_name",
      row."last_name",
      row."email",
      row."phone",
      row."phone_e164",
      row."job_title",
      row."linkedin_url",
      coalesce(row."is_active", true),
      row."source",
      row."external_id",
      row."tags",
      row."attributes",
      row."emails",
      row."phones",
      row."addresses",
      row."owner_id"
    from
      jsonb_populate_recordset(null::"people", $1::jsonb) as row
    returning
      people.*
  )
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy"
from
  "written";

-- people.updateMany
-- $1 givenByKey: jsonb
-- $2 rows: jsonb
with
  "written" as (
    update "people"
    set
      "first_name" = case
        when $1::jsonb -> "people"."person_id"::text ? 'firstName' then "row"."first_name"
        else "people"."first_name"
      end,
      "last_name" = case
        when $1::jsonb -> "people"."person_id"::text ? 'lastName' then "row"."last_name"
        else "people"."last_name"
      end,
      "email" = case
        when $1::jsonb -> "people"."person_id"::text ? 'email' then "row"."email"
        else "people"."email"
      end,
      "phone" = case
        when $1::jsonb -> "people"."person_id"::text ? 'phone' then "row"."phone"
        else "people"."phone"
      end,
      "phone_e164" = case
        when $1::jsonb -> "people"."person_id"::text ? 'phoneE164' then "row"."phone_e164"
        else "people"."phone_e164"
      end,
      "job_title" = case
        when $1::jsonb -> "people"."person_id"::text ? 'jobTitle' then "row"."job_title"
        else "people"."job_title"
      end,
      "linkedin_url" = case
        when $1::jsonb -> "people"."person_id"::text ? 'linkedinUrl' then "row"."linkedin_url"
        else "people"."linkedin_url"
      end,
      "is_active" = case
        when $1::jsonb -> "people"."person_id"::text ? 'isActive' then "row"."is_active"
        else "people"."is_active"
      end,
      "source" = case
        when $1::jsonb -> "people"."person_id"::text ? 'source' then "row"."source"
        else "people"."source"
      end,
      "external_id" = case
        when $1::jsonb -> "people"."person_id"::text ? 'externalId' then "row"."external_id"
        else "people"."external_id"
      end,
      "tags" = case
        when $1::jsonb -> "people"."person_id"::text ? 'tags' then "row"."tags"
        else "people"."tags"
      end,
      "attributes" = case
        when $1::jsonb -> "people"."person_id"::text ? 'attributes' then "row"."attributes"
        else "people"."attributes"
      end,
      "emails" = case
        when $1::jsonb -> "people"."person_id"::text ? 'emails' then "row"."emails"
        else "people"."emails"
      end,
      "phones" = case
        when $1::jsonb -> "people"."person_id"::text ? 'phones' then "row"."phones"
        else "people"."phones"
      end,
      "addresses" = case
        when $1::jsonb -> "people"."person_id"::text ? 'addresses' then "row"."addresses"
        else "people"."addresses"
      end,
      "owner_id" = case
        when $1::jsonb -> "people"."person_id"::text ? 'ownerId' then "row"."owner_id"
        else "people"."owner_id"
      end
    from
      (
        select
          row.*
        from
          jsonb_populate_recordset(null::"people", $2::jsonb) as row
          join "people" as locked on locked."person_id" = row."person_id"
        order by
          locked."person_id"
        for update of
          locked
      ) as row
    where
      "people"."person_id" = row."person_id"
      and (
        row.version is null
        or row.version = "people".version
      )
      and "people".merged_into is null
    returning
      people.*
  )
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy"
from
  "written";

-- people.upsertMany
-- $1 rows: jsonb
-- $2 givenByKey: jsonb
with
  "written" as (
    insert into
      "people" (
        "person_id",
        "first_name",
        "last_name",
        "email",
        "phone",
        "phone_e164",
        "job_title",
        "linkedin_url",
        "is_active",
        "source",
        "external_id",
        "tags",
        "attributes",
        "emails",
        "phones",
        "addresses",
        "owner_id"
      )
    with
      used as materialized (
        select
          used.source,
          used.external_id
        from
          jsonb_populate_recordset(null::"people", $1::jsonb) as row
          join "people" as used on used.source = row.source
          and used.external_id = row.external_id
          and used.archived_at is null
        order by
          used."person_id"
        for no key update of
          used
      )
    select
      row."person_id",
      row."first_name",
      row."last_name",
      row."email",
      row."phone",
      row."phone_e164",
      row."job_title",
      row."linkedin_url",
      coalesce(row."is_active", true),
      row."source",
      row."external_id",
      row."tags",
      row."attributes",
      row."emails",
      row."phones",
      row."addresses",
      row."owner_id"
    from
      jsonb_populate_recordset(null::"people", $1::jsonb) as row
    where
      (
        (row.source, row.external_id) in (
          select
            used.source,
            used.external_id
          from
            used
        )
        or (
          select
            winner."person_id"
          from
            "people" as loser
            join "people" as winner on winner."person_id" = loser.merged_into
            and winner.archived_at is null
          where
            loser.source = row.source
            and loser.external_id = row.external_id
            and loser.merged_into is not null
          order by
            loser.archived_at desc
          limit
            1
        ) is null
        and not exists (
          select
          from
            "people" as seen
          where
            seen.source = row.source
            and seen.external_id = row.external_id
            and seen.archived_at is null
        )
      )
    on conflict (source, external_id)
    where
      archived_at is null
      and source is not null do update
    set
      "first_name" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'firstName' then "excluded"."first_name"
        else "people"."first_name"
      end,
      "last_name" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'lastName' then "excluded"."last_name"
        else "people"."last_name"
      end,
      "email" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'email' then "excluded"."email"
        else "people"."email"
      end,
      "phone" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'phone' then "excluded"."phone"
        else "people"."phone"
      end,
      "phone_e164" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'phoneE164' then "excluded"."phone_e164"
        else "people"."phone_e164"
      end,
      "job_title" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'jobTitle' then "excluded"."job_title"
        else "people"."job_title"
      end,
      "linkedin_url" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'linkedinUrl' then "excluded"."linkedin_url"
        else "people"."linkedin_url"
      end,
      "is_active" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'isActive' then "excluded"."is_active"
        else "people"."is_active"
      end,
      "source" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'source' then "excluded"."source"
        else "people"."source"
      end,
      "external_id" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'externalId' then "excluded"."external_id"
        else "people"."external_id"
      end,
      "tags" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'tags' then "excluded"."tags"
        else "people"."tags"
      end,
      "attributes" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'attributes' then "excluded"."attributes"
        else "people"."attributes"
      end,
      "emails" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'emails' then "excluded"."emails"
        else "people"."emails"
      end,
      "phones" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'phones' then "excluded"."phones"
        else "people"."phones"
      end,
      "addresses" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'addresses' then "excluded"."addresses"
        else "people"."addresses"
      end,
      "owner_id" = case
        when $2::jsonb -> (
          char_length(excluded.source) || ':' || excluded.source || excluded.external_id
        ) ? 'ownerId' then "excluded"."owner_id"
        else "people"."owner_id"
      end
    returning
      people.*
  )
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy"
from
  "written";

-- people.upsertMany, merged
-- $1 externals: jsonb
select
  given.index,
  found.id as "winnerId"
from
  jsonb_to_recordset($1::jsonb) as given (index integer, source text, "externalId" text),
  lateral (
    select
      (
        select
          winner."person_id"
        from
          "people" as loser
          join "people" as winner on winner."person_id" = loser.merged_into
          and winner.archived_at is null
        where
          loser.source = given.source
          and loser.external_id = given."externalId"
          and loser.merged_into is not null
        order by
          loser.archived_at desc
        limit
          1
      ) as id
  ) as found
where
  found.id is not null;

-- people.archiveMany
-- $1 keys: uuid[]
with
  "written" as (
    update "people"
    set
      archived_at = coalesce("people"."archived_at", now())
    from
      (
        select
          "person_id"
        from
          "people"
        where
          "person_id" = any ($1::uuid[])
          and merged_into is null
        order by
          "person_id"
        for update
      ) as locked
    where
      "people"."person_id" = locked."person_id"
    returning
      people.*
  )
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy"
from
  "written";

-- people.restoreMany
-- $1 keys: uuid[]
with
  "written" as (
    update "people"
    set
      archived_at = null
    from
      (
        select
          "person_id"
        from
          "people"
        where
          "person_id" = any ($1::uuid[])
          and merged_into is null
        order by
          "person_id"
        for update
      ) as locked
    where
      "people"."person_id" = locked."person_id"
    returning
      people.*
  )
select
  "person_id" as "personId",
  "first_name" as "firstName",
  "last_name" as "lastName",
  "email",
  "phone",
  "phone_e164" as "phoneE164",
  "job_title" as "jobTitle",
  "linkedin_url" as "linkedinUrl",
  "is_active" as "isActive",
  "source",
  "external_id" as "externalId",
  tags as "tags",
  emails as "emails",
  phones as "phones",
  addresses as "addresses",
  attributes as "attributes",
  "owner_id" as "ownerId",
  "archived_at" as "archivedAt",
  "merged_into" as "mergedInto",
  "version",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt",
  "created_by" as "createdBy",
  "updated_by" as "updatedBy"
from
  "written";
