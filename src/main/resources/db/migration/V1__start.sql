-- Runs unchanged on H2 and PostgreSQL (which warns that it keeps microseconds only). A sealed type is a tag and nullable
-- columns; the checks say which go together.

create table installation (
    id varchar(16) not null,
    constraint pk_installation primary key (id)
);

create table definition (
    pipeline  varchar(63) not null,
    commit_id varchar(40) not null,
    path      varchar not null,
    content   text not null,
    constraint pk_definition primary key (pipeline, commit_id)
);

-- every pipeline that ever was, with the definition it has or had last
create table pipeline (
    name              varchar(63) not null,
    definition_commit varchar(40) not null,
    defined           boolean not null,
    last_number       integer not null,
    constraint pk_pipeline primary key (name),
    constraint fk_pipeline_definition foreign key (name, definition_commit) references definition (pipeline, commit_id)
);

create table change (
    pipeline          varchar(63) not null,
    number            integer not null,
    commit_id         varchar(40) not null,
    subject           text not null,
    author            text not null,
    aim               varchar(9) not null,
    branch            varchar,
    target            varchar,
    landed            boolean,
    brought_by        text not null,
    definition_commit varchar(40) not null,
    created_at        timestamp(9) with time zone not null,
    state             varchar(10) not null,
    state_at          timestamp(9) with time zone not null,
    from_stage        varchar(63),
    because           text,
    candidate_base    varchar(40),
    candidate_commit  varchar(40),
    round             integer not null,
    priority          integer not null,
    parameters        text default '' not null,
    constraint pk_change primary key (pipeline, number),
    constraint fk_change_definition foreign key (pipeline, definition_commit) references definition (pipeline, commit_id),
    constraint ck_change_aim check (
        (aim = 'integrate' and branch is not null and target is not null and landed is null)
        or (aim = 'check' and target is null and landed is not null)),
    constraint ck_change_state check (
        (state in ('queued', 'merging') and because is null)
        or (state = 'moving' and because is null and from_stage is null)
        or (state in ('failing', 'passing', 'cancelling', 'passed', 'failed', 'cancelled') and because is not null and from_stage is null)),
    constraint ck_change_candidate check (
        (candidate_base is null and candidate_commit is null)
        or (candidate_base is not null and candidate_commit is not null))
);

create index ix_change_newest on change (pipeline, number desc);
create index ix_change_state on change (state, pipeline, number desc);
create index ix_change_commit on change (commit_id);
create index ix_change_candidate on change (candidate_commit);

-- changes, open_changes: the ids of those it is made of and of those that have not landed since, with spaces between
create table candidate (
    pipeline     varchar(63) not null,
    number       integer not null,
    candidate    integer not null,
    changes      text not null,
    open_changes text not null,
    is_current   boolean not null,
    state        varchar(10) not null,
    state_at     timestamp(9) with time zone not null,
    base         varchar(40),
    commit_id    varchar(40),
    tree         varchar(40),
    because      text,
    landed_with  varchar(80),
    passed_like  varchar(80),
    constraint pk_candidate primary key (pipeline, number, candidate),
    constraint fk_candidate_change foreign key (pipeline, number) references change (pipeline, number),
    constraint ck_candidate_made check ((base is null) = (commit_id is null)),
    constraint ck_candidate_state check (
        (state in ('merging', 'conflicted') and base is null and tree is null)
        or (state in ('testing', 'passed', 'failed', 'landed') and base is not null and tree is not null)
        or (state = 'dropped' and tree is null)),
    constraint ck_candidate_because check ((because is not null) = (state in ('failed', 'conflicted', 'dropped'))),
    constraint ck_candidate_landed check ((landed_with is not null) = (state = 'landed')),
    constraint ck_candidate_like check (passed_like is null or state in ('passed', 'landed'))
);

create index ix_candidate_newest on candidate (state, state_at desc);

-- queues that people have stopped
create table queue_hold (
    repository varchar(63) not null,
    target     varchar not null,
    held_at    timestamp(9) with time zone not null,
    held_by    text not null,
    because    text not null,
    constraint pk_queue_hold primary key (repository, target)
);

-- steps that have both passed and failed on the same commit
create table flaky_step (
    pipeline varchar(63) not null,
    stage    varchar(63) not null,
    step     varchar(63) not null,
    constraint pk_flaky_step primary key (pipeline, stage, step)
);

-- place: which of its change's attempts this is, from 0, in the order they were planned
create table attempt (
    pipeline          varchar(63) not null,
    number            integer not null,
    stage             varchar(63) not null,
    step              varchar(63) not null,
    attempt           integer not null,
    place             integer not null,
    round             integer not null,
    commit_id         varchar(40) not null,
    definition_commit varchar(40) not null,
    planned_at        timestamp(9) with time zone not null,
    state             varchar(9) not null,
    started_at        timestamp(9) with time zone,
    finished_at       timestamp(9) with time zone,
    stop              varchar(9),
    fault             varchar(13),
    because           text,
    exit_code         integer,
    memory_limit      bigint,
    time_limit_nanos  bigint,
    again             boolean,
    image             varchar,
    image_digest      varchar(140),
    constraint pk_attempt primary key (pipeline, number, stage, step, attempt),
    constraint fk_attempt_change foreign key (pipeline, number) references change (pipeline, number),
    constraint ck_attempt_started check (
        (state = 'planned' and started_at is null)
        or (state in ('running', 'passed', 'failed') and started_at is not null)
        or state in ('stopping', 'errored', 'cancelled')),
    constraint ck_attempt_image check (
        (image is null and image_digest is null)
        or (image is not null and image_digest is not null and started_at is not null)),
    constraint ck_attempt_finished check (
        (state in ('planned', 'running', 'stopping') and finished_at is null)
        or (state in ('passed', 'failed', 'errored', 'cancelled') and finished_at is not null)),
    constraint ck_attempt_details check (
        (state in ('planned', 'running', 'passed')
            and stop is null and fault is null and because is null and exit_code is null
            and memory_limit is null and time_limit_nanos is null and again is null)
        or (state = 'stopping' and fault is null and exit_code is null and memory_limit is null and again is null
            and ((stop = 'cancelled' and because is not null and time_limit_nanos is null)
                or (stop = 'timed-out' and because is null and time_limit_nanos is not null)))
        or (state = 'failed' and stop is null and again is null
            and ((fault = 'exit-code' and exit_code is not null
                    and because is null and memory_limit is null and time_limit_nanos is null)
                or (fault = 'out-of-memory' and memory_limit is not null
                    and because is null and exit_code is null and time_limit_nanos is null)
                or (fault = 'timed-out' and time_limit_nanos is not null
                    and because is null and exit_code is null and memory_limit is null)
                or (fault = 'not-startable' and because is not null
                    and exit_code is null and memory_limit is null and time_limit_nanos is null)))
        or (state in ('errored', 'cancelled') and stop is null and fault is null and because is not null
            and exit_code is null and memory_limit is null and time_limit_nanos is null
            and ((state = 'errored' and again is not null) or (state = 'cancelled' and again is null))))
);

create index ix_attempt_trial on attempt (pipeline, stage, step, finished_at desc);

-- what all the attempts of a stage with one number came to; written when the last of them ends.
-- took_nanos: from the one time to the other, to be ordered by; the index alone answers what statistics ask
create table stage_trial (
    pipeline    varchar(63) not null,
    number      integer not null,
    stage       varchar(63) not null,
    attempt     integer not null,
    started_at  timestamp(9) with time zone not null,
    finished_at timestamp(9) with time zone not null,
    took_nanos  bigint not null,
    passed      boolean not null,
    constraint pk_stage_trial primary key (pipeline, number, stage, attempt)
);

create index ix_stage_trial_newest on stage_trial (pipeline, stage, finished_at desc, took_nanos, passed);

create table note (
    id          bigint generated by default as identity,
    pipeline    varchar(63) not null,
    number      integer not null,
    happened_at timestamp(9) with time zone not null,
    sentence    text not null,
    constraint pk_note primary key (id)
);

create index ix_note_change on note (pipeline, number);

alter table note add constraint fk_note_change foreign key (pipeline, number) references change (pipeline, number);

create table moved (
    sequence bigint not null,
    saved_at timestamp(9) with time zone not null,
    pipeline varchar(63) not null,
    number   integer,
    stage    varchar(63),
    step     varchar(63),
    attempt  integer,
    what     varchar(40) not null,
    constraint pk_moved primary key (sequence),
    constraint ck_moved_attempt check (
        (stage is null and step is null and attempt is null)
        or (number is not null and stage is not null and step is not null and attempt is not null))
);
