-- what version 1 wrote: a failed change, one in motion, one of a pipeline that vanished
insert into installation (id) values ('abcd1234');

insert into definition (pipeline, commit_id, path, content) values
    ('shop', '1111111111111111111111111111111111111111', 'shop.yml', 'build: compile; verify: unit browser'),
    ('gone', '1111111111111111111111111111111111111111', 'gone.yml', 'build: compile');

insert into pipeline (name, definition_commit, defined, last_number) values
    ('shop', '1111111111111111111111111111111111111111', true, 2),
    ('gone', '1111111111111111111111111111111111111111', false, 1);

insert into change (pipeline, number, commit_id, subject, author, aim, branch, target, landed, brought_by,
    definition_commit, created_at, state, state_at, because, candidate_base, candidate_commit, round, priority) values
    ('shop', 1, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'Add a basket', 'Ada', 'integrate', 'integrate/basket', 'main', null,
        'a push of ada', '1111111111111111111111111111111111111111', timestamp with time zone '2026-11-21 12:00:00.123456+00:00',
        'failed', timestamp with time zone '2026-11-21 12:01:00+00:00', 'build failed',
        'cccccccccccccccccccccccccccccccccccccccc', 'dddddddddddddddddddddddddddddddddddddddd', 1, 0),
    ('shop', 2, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'Sell it', 'Bob', 'check', 'main', null, true,
        'a push of bob', '1111111111111111111111111111111111111111', timestamp with time zone '2026-11-21 12:02:00+00:00',
        'moving', timestamp with time zone '2026-11-21 12:02:01+00:00', null,
        'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 1, 0),
    ('gone', 1, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'Sell it', 'Bob', 'check', null, null, false,
        'bob', '1111111111111111111111111111111111111111', timestamp with time zone '2026-11-21 12:02:00+00:00',
        'passed', timestamp with time zone '2026-11-21 12:03:00+00:00', '', null, null, 1, 0);

insert into attempt (pipeline, number, stage, step, attempt, place, round, commit_id, definition_commit, planned_at,
    state, started_at, finished_at, fault, exit_code) values
    ('shop', 1, 'build', 'compile', 1, 0, 1, 'dddddddddddddddddddddddddddddddddddddddd',
        '1111111111111111111111111111111111111111', timestamp with time zone '2026-11-21 12:00:01+00:00',
        'failed', timestamp with time zone '2026-11-21 12:00:02+00:00', timestamp with time zone '2026-11-21 12:01:00+00:00',
        'exit-code', 2),
    ('shop', 2, 'build', 'compile', 1, 0, 1, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
        '1111111111111111111111111111111111111111', timestamp with time zone '2026-11-21 12:02:01+00:00',
        'passed', timestamp with time zone '2026-11-21 12:02:02+00:00', timestamp with time zone '2026-11-21 12:02:30+00:00',
        null, null),
    ('shop', 2, 'verify', 'unit', 1, 1, 1, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
        '1111111111111111111111111111111111111111', timestamp with time zone '2026-11-21 12:02:30+00:00',
        'running', timestamp with time zone '2026-11-21 12:02:31+00:00', null, null, null),
    ('shop', 2, 'verify', 'browser', 1, 2, 1, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
        '1111111111111111111111111111111111111111', timestamp with time zone '2026-11-21 12:02:30+00:00',
        'planned', null, null, null, null);

insert into stage_trial (pipeline, number, stage, attempt, started_at, finished_at, took_nanos, passed) values
    ('shop', 1, 'build', 1, timestamp with time zone '2026-11-21 12:00:02+00:00', timestamp with time zone '2026-11-21 12:01:00+00:00', 58000000000, false),
    ('shop', 2, 'build', 1, timestamp with time zone '2026-11-21 12:02:02+00:00', timestamp with time zone '2026-11-21 12:02:30+00:00', 28000000000, true);

insert into note (pipeline, number, happened_at, sentence) values
    ('shop', 1, timestamp with time zone '2026-11-21 12:01:00+00:00', 'build failed');

insert into moved (sequence, saved_at, pipeline, number, what) values
    (1, timestamp with time zone '2026-11-21 12:00:00+00:00', 'shop', null, 'pipeline.defined'),
    (2, timestamp with time zone '2026-11-21 12:01:00+00:00', 'shop', 1, 'change.failed');
